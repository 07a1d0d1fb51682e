namespace KestrelL4.Server.Runtime;

/// <summary>An OpenSSL configuration that sends no session tickets, derived from the system's so that its policies stay in force.</summary>
/// <remarks>
/// A ticket lets a client come back without its certificate being looked at anew, and making two of them costs a third of a
/// handshake. .NET has no switch that leaves one TLS context for all connections; OpenSSL's is <c>NumTickets</c> (config(5)).
/// </remarks>
internal static class OpenSslConfiguration
{
    private const string Initial = "openssl_conf";
    private const string Ssl = "ssl_conf";
    private const string Defaults = "system_default";
    private const string Tickets = "NumTickets";

    /// <summary>The system's configuration with the switch in the section that names the defaults of TLS; missing sections are added.</summary>
    public static string WithoutTickets(string system)
    {
        List<string> lines = [.. system.ReplaceLineEndings("\n").Split('\n')];

        // Of a key that comes twice the last one holds, so the system's own number must go.
        lines.RemoveAll(static line => line.Split('=')[0].Trim().Equals(Tickets, StringComparison.OrdinalIgnoreCase));
        string initial = Follow(lines, section: "default", Initial, fallback: "kestrell4_init");
        string ssl = Follow(lines, initial, Ssl, fallback: "kestrell4_ssl");
        string defaults = Follow(lines, ssl, Defaults, fallback: "kestrell4_defaults");
        lines.Insert(IndexIn(lines, defaults), $"{Tickets} = 0");
        return string.Join('\n', lines);
    }

    // The section that a key of another section names; without the key, it is added with a section of our own.
    private static string Follow(List<string> lines, string section, string key, string fallback)
    {
        string current = "default";
        foreach (string line in lines)
        {
            string text = line.Split('#')[0].Trim();
            if (SectionOf(text) is { } name)
            {
                current = name;
            }
            else if (current == section && text.Split('=', 2) is [var left, var right] && left.Trim() == key)
            {
                return right.Trim();
            }
        }

        lines.Insert(IndexIn(lines, section), $"{key} = {fallback}");
        return fallback;
    }

    // Right behind the section's heading; the default section has none and begins the file.
    private static int IndexIn(List<string> lines, string section)
    {
        int heading = lines.FindIndex(line => SectionOf(line.Split('#')[0].Trim()) == section);
        if (heading >= 0)
        {
            return heading + 1;
        }

        if (section == "default")
        {
            return 0;
        }

        lines.Add($"[{section}]");
        return lines.Count;
    }

    private static string? SectionOf(string text) => text is ['[', .., ']'] ? text[1..^1].Trim() : null;
}
