namespace KestrelL4.Cli.Demo;

/// <summary>Who plays in the demo.</summary>
internal static class DemoNames
{
    /// <summary>The application.</summary>
    public const string Application = "echo";

    /// <summary>The client that is registered and holds a grant.</summary>
    public const string Alice = "alice";

    /// <summary>The client that is registered and holds no grant.</summary>
    public const string Bob = "bob";

    /// <summary>The holder of a certificate of the same CA that is not registered.</summary>
    public const string Mallory = "mallory";
}
