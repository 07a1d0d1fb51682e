using KestrelL4.Protocol;

namespace KestrelL4.Server.Configuration.Sections;

/// <summary>Reads the section <c>Authority</c>.</summary>
internal static class AuthorityReader
{
    private static readonly string[] ViaSchemes = ["http", "socks5", "ssh"];

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

        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? via) && ViaSchemes.Contains(via.Scheme) && via is { AbsolutePath: "/" or "", Query: "", Fragment: "" })
        {
            return via;
        }

        section.Refuse("Via", $"{section.Quote("Via", text)} is no way to an authority", "write http://host:port, socks5://host:port or ssh://user@host:port");
        return null;
    }
}
