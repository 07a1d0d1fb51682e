using System.Text.RegularExpressions;
using KestrelL4.Protocol;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads the section <c>Authority</c>.</summary>
internal static partial class AuthorityReader
{
    private const string Ssh = "ssh";

    private static readonly string[] ViaSchemes = ["http", "socks5", Ssh];

    /// <summary>Reads the section; null when there is none.</summary>
    public static AuthorityConfiguration? Read(SectionReader section)
    {
        if (!section.IsSet)
        {
            return null;
        }

        var authority = new AuthorityConfiguration
        {
            Urls = ReadUrls(section),
            JoinTokenFile = section.Path("JoinTokenFile"),
            Ca = section.Path("Ca"),
            CaPin = ReadPin(section),
            Via = ReadVia(section),
            SshConfig = section.Path("SshConfig"),
            Pathway = section.Choice("Pathway", Pathway.Auto),
            OnUnavailable = section.Choice("OnUnavailable", OnUnavailable.ExitOnFirstRun),
            ExitAfter = section.PositiveDuration("ExitAfter"),
            RenewalAttempts = section.Integer("RenewalAttempts") ?? AuthorityConfiguration.DefaultRenewalAttempts,
            OnRenewalExhausted = section.Choice("OnRenewalExhausted", OnRenewalExhausted.Degrade),
            MaxStaleness = section.PositiveDuration("MaxStaleness", AuthorityConfiguration.DefaultMaxStaleness),
            OnStale = section.Choice("OnStale", OnStale.Deny),
        };
        RefuseContradictions(section, authority);
        section.RefuseUnknownKeys();
        return authority;
    }

    private static void RefuseContradictions(SectionReader section, AuthorityConfiguration authority)
    {
        if (section.IsKeySet("Ca") && section.IsKeySet("CaPin"))
        {
            section.Refuse("CaPin", "the root is named twice, by Ca and by CaPin", "keep one of both");
        }
        else if (!section.IsKeySet("Ca"))
        {
            section.RefuseMissing(
                "CaPin",
                "nothing tells the authority's root from another, and none is trusted at first sight",
                "write what 'authority pin' prints, or name the root's file in Ca");
        }

        if (authority.Pathway == Pathway.Via)
        {
            section.RefuseMissing("Via", "Pathway is Via and there is none", "write it, or another Pathway");
        }

        if (section.IsKeySet("SshConfig") && (authority.Via is { Scheme: not Ssh } || !section.IsKeySet("Via")))
        {
            section.Refuse("SshConfig", "is of no use where Via is no ssh://user@host:port", "remove it, or write such a Via");
        }

        if (section.IsKeySet("ExitAfter") && authority.OnUnavailable != OnUnavailable.KeepRunning)
        {
            section.Refuse("ExitAfter", $"is of no use while OnUnavailable is {authority.OnUnavailable}", "remove it, or write KeepRunning there");
        }
    }

    private static List<Uri> ReadUrls(SectionReader section)
    {
        List<Uri> urls = [];
        foreach (ListItem item in section.List("Urls"))
        {
            if (Uri.TryCreate(item.Text, UriKind.Absolute, out Uri? url) && url is { Scheme: "https", AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" })
            {
                urls.Add(url);
            }
            else
            {
                section.Refuse(item.Key, $"{section.Quote(item.Key, item.Text)} is no address of an authority", "write https://host:port");
            }
        }

        section.RefuseMissing("Urls", "there is no address of the authority", "write a list with at least one https://host:port");
        return urls;
    }

    private static CaPin? ReadPin(SectionReader section)
    {
        if (section.Text("CaPin") is not { } text)
        {
            return null;
        }

        if (!CaPin.TryParse(text, out CaPin? pin))
        {
            section.Refuse("CaPin", $"{section.Quote("CaPin", text)} is no pin", "write the 64 hexadecimal digits that 'authority pin' prints");
        }

        return pin;
    }

    private static Uri? ReadVia(SectionReader section)
    {
        if (section.Text("Via") is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? via) || !ViaSchemes.Contains(via.Scheme)
            || via is not { AbsolutePath: "/" or "", Query: "", Fragment: "", Host.Length: > 0 })
        {
            // It may hold a password.
            string value = text.Contains('@', StringComparison.Ordinal) ? "the value" : section.Quote("Via", text);
            section.Refuse("Via", $"{value} is no way to an authority", "write http://host:port, socks5://host:port or ssh://user@host:port");
            return null;
        }

        if (via.Scheme == Ssh && !(SshUser().IsMatch(via.UserInfo) && SshHost().IsMatch(via.Host)))
        {
            section.Refuse(
                "Via",
                "its user or its host is none that ssh may be given, or there is a password, for which ssh has no use",
                "write ssh://user@host:port with a user and a host of letters, digits, dots, dashes and underlines that do not begin with a dash");
            return null;
        }

        return via;
    }

    // Both become arguments of a program: nothing that could be an option, and nothing that the operator's own settings of ssh could expand.
    [GeneratedRegex(@"^([A-Za-z0-9_][A-Za-z0-9._-]*)?\z")]
    private static partial Regex SshUser();

    [GeneratedRegex(@"^([A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])\z")]
    private static partial Regex SshHost();
}
