using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

/// <summary>What may be a secret is in no error, and no error has more than one line.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----";

    private readonly ConfigurationFolder _folder = new() { SecretsDirectory = "secrets" };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Identity:Key")]
    [InlineData("Identity:Certificate")]
    [InlineData("ClientAuthorities:main:RevocationList")]
    [InlineData("StateDirectory")]
    [InlineData("Accept:MaxConnections")]
    [InlineData("Drain:Timeout")]
    [InlineData("Admin:Listen")]
    [InlineData("Clients")]
    public void Read_KeyItselfInPlaceOfItsPath_IsNotShown(string key)
    {
        Directory.CreateDirectory(_folder.PathOf("secrets"));

        string error = _folder.ReadWith($"{key}={Pem}").OneError(key).ToString();

        Assert.DoesNotContain("MIGH", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Read_KeyItselfInPlaceOfItsPath_SaysWhatToDo()
    {
        _folder.Write("secrets/KestrelL4__Identity__Key", Pem);

        ConfigurationError error = _folder.ReadFiles("base.json").OneError("Identity:Key");

        Assert.Equal("secrets", error.Source);
        Assert.Equal("holds a key or certificate, not a path", error.Problem);
        Assert.Equal("name the file that holds it", error.Allowed);
    }

    [Theory]
    [InlineData("Identity__Key", "hunter2\nfake line")]
    [InlineData("Accept__MaxConnections", "hunter2")]
    [InlineData("Drain__Timeout", "26:hunter2:00")]
    [InlineData("Drain__Delay", "hunter2")]
    [InlineData("Admin__Listen", "hunter2")]
    [InlineData("Admin__AllowedHosts__0", "hunter2!")]
    [InlineData("Accept", "hunter2")]
    [InlineData("Applications__echo__Balancing", "hunter2")]
    [InlineData("Applications__echo__Upstreams__one__Address", "hunter2")]
    [InlineData("Applications__echo__Upstreams__one__Backup", "hunter2")]
    [InlineData("Clients__bob__SerialNumbers__0", "hunter2")]
    [InlineData("Clients__bob__SerialNumbers__0", "hunter2:01")]
    [InlineData("Clients__bob__SerialNumbers__0", "5F:3A:01")]
    public void Read_ValueFromTheSecretsDirectory_IsNotShown(string name, string secret)
    {
        _folder.Write($"secrets/KestrelL4__{name}", secret);

        string error = Assert.Single(_folder.ReadFiles("base.json").Errors).ToString();

        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
        Assert.DoesNotContain("5F3A01", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Read_UnknownApplicationFromTheSecretsDirectory_IsNotShown()
    {
        _folder.Write("secrets/KestrelL4__Clients__bob__SerialNumbers__0", "02");
        _folder.Write("secrets/KestrelL4__Clients__bob__Applications__0", "hunter2");

        Assert.StartsWith("unknown application the value", Assert.Single(_folder.ReadFiles("base.json").Errors).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_ForeignTextWithLineBreak_StaysOneLine()
    {
        ConfigurationError error = new("KestrelL4", "a\nb", "c\r\nd", "e\u2028f");

        Assert.Equal(@"KestrelL4 (a\u000ab): c\u000d\u000ad; e\u2028f", error.ToString());
    }
}
