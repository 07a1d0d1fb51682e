namespace KestrelL4.Server.Tests;

/// <summary>Tests that change what the whole process shares: environment variables, standard output.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide
{
    public const string Name = "process-wide";
}
