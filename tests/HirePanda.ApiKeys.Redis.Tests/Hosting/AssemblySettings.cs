// The tests measure latency and share two processors with the servers that they start.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
