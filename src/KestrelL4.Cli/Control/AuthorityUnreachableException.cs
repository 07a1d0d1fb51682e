namespace KestrelL4.Cli.Control;

/// <summary>No running authority can be asked; the message names the socket and what to do.</summary>
internal sealed class AuthorityUnreachableException(string message) : Exception(message);
