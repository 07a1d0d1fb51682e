namespace KestrelL4.Cli.Demo;

/// <summary>What the demo does once it has shown everything.</summary>
internal enum AfterDemo
{
    /// <summary>Leaves the node up, to be tried by hand, until a signal ends it.</summary>
    StayUp,

    /// <summary>Ends.</summary>
    Exit,
}
