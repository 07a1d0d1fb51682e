using KestrelL4.Server.Runtime;

namespace KestrelL4.Server.Tests.Runtime;

public sealed class OpenSslConfigurationTests
{
    private const string Debian = """
        HOME			= .
        # Use this in order to automatically load providers.
        openssl_conf = openssl_init
        [ new_oids ]
        tsa_policy1 = 1.2.3.4.1
        [openssl_init]
        providers = provider_sect
        ssl_conf = ssl_sect
        [provider_sect]
        default = default_sect
        [ssl_sect]
        system_default = system_default_sect
        [system_default_sect]
        MinProtocol = TLSv1.2
        CipherString = DEFAULT@SECLEVEL=2
        """;

    [Fact]
    public void WithoutTickets_DebiansShape_AddsTheSwitchAndKeepsTheRest()
    {
        string derived = OpenSslConfiguration.WithoutTickets(Debian);

        Assert.Equal("0", Effective(derived)["NumTickets"]);
        Assert.Equal("DEFAULT@SECLEVEL=2", Effective(derived)["CipherString"]);
        Assert.Equal(Debian.ReplaceLineEndings("\n"), derived.Replace("NumTickets = 0\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment")]
    [InlineData("HOME = .")]
    [InlineData("[ req ]\ndistinguished_name = dn")]
    [InlineData("openssl_conf = mine")]
    [InlineData("openssl_conf = mine\n[mine]\nproviders = p")]
    [InlineData("openssl_conf = mine\n[mine]\nssl_conf = tls")]
    [InlineData("openssl_conf = mine\n[mine]\nssl_conf = tls\n[tls]")]
    [InlineData("openssl_conf = mine # the first\n[ mine ] # heading\nssl_conf=tls\n[tls]\nsystem_default = d # last\n[d]\n")]
    [InlineData("[default]\nopenssl_conf = mine\n[mine]")]
    [InlineData("[other]\nopenssl_conf = wrong\n[ default ]\n")]
    public void WithoutTickets_AnyShape_LeadsToTheSwitch(string system)
    {
        Assert.Equal("0", Effective(OpenSslConfiguration.WithoutTickets(system))["NumTickets"]);
    }

    [Fact]
    public void WithoutTickets_CarriageReturns_AreNoPartOfNames()
    {
        string derived = OpenSslConfiguration.WithoutTickets(Debian.ReplaceLineEndings("\r\n"));

        Assert.DoesNotContain('\r', derived);
        Assert.Equal("0", Effective(derived)["NumTickets"]);
    }

    [Fact]
    public void WithoutTickets_NumberOfTicketsGiven_IsOverruled()
    {
        string derived = OpenSslConfiguration.WithoutTickets(Debian + "\nNumTickets = 4\n");

        Assert.Equal("0", Effective(derived)["NumTickets"]);
    }

    // What OpenSSL makes of it (config(5)): sections may come twice, and of a key that comes twice the last one holds.
    private static Dictionary<string, string> Effective(string text)
    {
        Dictionary<string, Dictionary<string, string>> sections = new() { ["default"] = [] };
        string current = "default";
        foreach (string line in text.Split('\n').Select(static line => line.Split('#')[0].Trim()))
        {
            if (line.StartsWith('['))
            {
                current = line.Trim('[', ']', ' ');
                sections.TryAdd(current, []);
            }
            else if (line.Split('=', 2) is [var key, var value])
            {
                sections[current][key.Trim()] = value.Trim();
            }
        }

        return sections[sections[sections[sections["default"]["openssl_conf"]]["ssl_conf"]]["system_default"]];
    }
}
