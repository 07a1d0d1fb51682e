namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads the section <c>Overload</c>.</summary>
internal static class OverloadReader
{
    private static readonly OverloadConfiguration Defaults = new();

    /// <summary>Reads the section.</summary>
    public static OverloadConfiguration Read(SectionReader section)
    {
        var overload = new OverloadConfiguration
        {
            MaxMemory = section.Bytes("MaxMemory", "such as 2000000000 for two gigabytes"),
            StopAccepting = section.Fraction("StopAccepting", Defaults.StopAccepting),
            CloseConnections = section.Fraction("CloseConnections", Defaults.CloseConnections),
        };
        if (overload.CloseConnections > 0 && overload.CloseConnections <= overload.StopAccepting)
        {
            section.Refuse(
                section.IsKeySet("CloseConnections") ? "CloseConnections" : "StopAccepting",
                "connections would be closed before the node stops accepting",
                "write a larger CloseConnections than StopAccepting, or 0 for never");
        }

        section.RefuseUnknownKeys();
        return overload;
    }
}
