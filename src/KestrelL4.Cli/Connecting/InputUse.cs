namespace KestrelL4.Cli.Connecting;

/// <summary>How long standard input is read.</summary>
internal enum InputUse
{
    /// <summary>To its end, also when the server has ended its direction: a file or a pipe.</summary>
    ToItsEnd,

    /// <summary>Until the server has ended: a person at a terminal.</summary>
    UntilServerEnds,
}
