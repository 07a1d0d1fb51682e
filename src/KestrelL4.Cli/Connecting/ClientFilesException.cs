namespace KestrelL4.Cli.Connecting;

/// <summary>A file of a client cannot be used; the message names it and what to do.</summary>
internal sealed class ClientFilesException(string message) : Exception(message);
