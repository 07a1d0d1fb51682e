namespace KestrelL4.Cli.Connecting;

/// <summary>How a connection to a server went.</summary>
/// <param name="ExitCode">The same as an <see cref="Cli.ExitCode"/>.</param>
/// <param name="Problem">What went wrong, for people; null = nothing.</param>
internal sealed record ServerConnectionEnd(int ExitCode, string? Problem);
