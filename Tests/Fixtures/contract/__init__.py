"""A second implementation of the numerical contract, written from its text alone.

It is slow and plain: every chain is a loop over its terms, vectorised over the results. See
`Sources/Repro/Repro.docc/NumericalContract.md`; the section numbers in the modules are that document's.
"""
