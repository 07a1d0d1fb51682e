namespace KestrelL4.Cli.Demo;

/// <summary>Who plays in the demo.</summary>
internal static class DemoNames
{
    /// <summary>The name by which node and authority are reached.</summary>
    public const string Host = "localhost";

    /// <summary>The node, as the authority knows it.</summary>
    public const string Node = "demo-node";

    /// <summary>The client authority, as the node's configuration calls it.</summary>
    public const string ClientAuthority = "demo";

    /// <summary>The application.</summary>
    public const string Application = "echo";

    /// <summary>The client that is registered and holds a grant, with a limit of its own.</summary>
    public const string Alice = "alice";

    /// <summary>The client that is registered and holds no grant at first.</summary>
    public const string Bob = "bob";

    /// <summary>The client that is registered and holds a grant until it is revoked.</summary>
    public const string Carol = "carol";

    /// <summary>The holder of a certificate of the same CA that is not registered.</summary>
    public const string Mallory = "mallory";
}
