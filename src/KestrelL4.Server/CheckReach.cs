namespace KestrelL4.Server;

/// <summary>How far a check goes.</summary>
internal enum CheckReach
{
    /// <summary>Configuration, files, state directory and addresses of this machine.</summary>
    ThisMachine,

    /// <summary>The authority and the upstreams as well.</summary>
    Peers,
}
