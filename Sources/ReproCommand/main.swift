import Repro
print("repro")
