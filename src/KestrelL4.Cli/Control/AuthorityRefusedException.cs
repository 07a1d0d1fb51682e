namespace KestrelL4.Cli.Control;

/// <summary>The authority was asked and refused; the message is its own.</summary>
internal sealed class AuthorityRefusedException(string message) : Exception(message);
