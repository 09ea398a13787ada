"""What stands between Python and librepro: its functions, engines, streams, and checks of tensors."""
