namespace KestrelL4.Cli.Control;

/// <summary>No running node can be asked; the message names the socket and what to do.</summary>
internal sealed class NodeUnreachableException(string message) : Exception(message);
