namespace KestrelL4.Server.Transport;

/// <summary>A socket that was to be passed to this process is not there, or of no use.</summary>
/// <param name="problem">What is wrong.</param>
/// <param name="remedy">What to do.</param>
internal sealed class PassedSocketException(string problem, string remedy) : Exception(problem)
{
    /// <summary>What to do.</summary>
    public string Remedy => remedy;
}
