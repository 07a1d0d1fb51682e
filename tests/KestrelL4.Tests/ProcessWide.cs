namespace KestrelL4.Tests;

/// <summary>Tests that measure what the whole process does, and so run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide
{
    public const string Name = "process-wide";
}
