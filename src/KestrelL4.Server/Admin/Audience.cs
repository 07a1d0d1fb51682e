namespace KestrelL4.Server.Admin;

/// <summary>Who reads an answer.</summary>
internal enum Audience
{
    /// <summary>Whoever reaches the TCP address: may see how the node is, and change nothing.</summary>
    Public,

    /// <summary>Whoever may use the admin socket: may see and do everything.</summary>
    Operator,
}
