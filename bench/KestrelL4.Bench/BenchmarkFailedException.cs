namespace KestrelL4.Bench;

/// <summary>The run cannot go on and no figure of it counts: a wrong byte, a time-out, a proxy that did not start.</summary>
internal sealed class BenchmarkFailedException(int exitCode, string message) : Exception(message)
{
    /// <summary>A figure could not be taken.</summary>
    public const int Failure = 1;

    /// <summary>Something that the comparison needs is not on this machine.</summary>
    public const int Missing = 2;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 4;

    public BenchmarkFailedException(string message)
        : this(Failure, message)
    {
    }

    /// <summary>What the process exits with.</summary>
    public int ExitCode { get; } = exitCode;
}
