namespace KestrelL4.Server;

/// <summary>How a node ended; the number is the exit code of <c>run</c>.</summary>
internal enum NodeExit
{
    /// <summary>Stopped, and every connection had ended by itself.</summary>
    Drained = 0,

    /// <summary>The configuration, or a file that it names, is invalid.</summary>
    ConfigurationInvalid = 1,

    /// <summary>A port is taken, a configuration file cannot be read, or the state directory is unsafe or in use.</summary>
    CannotStart = 2,

    /// <summary>The authority could not be used, and the configuration says to exit then.</summary>
    AuthorityUnavailable = 3,

    /// <summary>Stopped, and connections that were still open were cut.</summary>
    ConnectionsAborted = 5,
}
