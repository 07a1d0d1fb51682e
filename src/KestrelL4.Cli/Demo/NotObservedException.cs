namespace KestrelL4.Cli.Demo;

/// <summary>What a step of the demo promised did not happen; the message says what happened instead.</summary>
internal sealed class NotObservedException(string message) : Exception(message);
