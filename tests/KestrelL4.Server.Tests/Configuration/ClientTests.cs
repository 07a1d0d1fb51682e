using KestrelL4.Registry;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class ClientTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("5F:3A:01", "5F3A01")]
    [InlineData("0x005f3a01", "5F3A01")]
    [InlineData("00", "0")]
    [InlineData("main:5F3A01", "5F3A01")]
    [InlineData("MAIN:5F:3A:01", "5F3A01")]
    [InlineData("0x5F:3A", "5F3A")]
    public void Read_SerialNumber_IsNormalised(string text, string serialNumber)
    {
        ConfigurationReading reading = _folder.ReadWith("Clients=", $"Clients:bob:SerialNumbers:0={text}");

        Assert.Equal([CertificateId.Create("main", serialNumber)], reading.Valid().Clients["bob"].Certificates);
    }

    [Theory]
    [InlineData("5G")]
    [InlineData("main:")]
    [InlineData("main:xyz")]
    [InlineData("5F-3A")]
    public void Read_NoHexadecimalDigits_IsAnError(string text)
    {
        _folder.ReadWith($"Clients:bob:SerialNumbers:0={text}").OneError("Clients:bob:SerialNumbers:0");
    }

    [Fact]
    public void Read_UnknownPrefix_SuggestsTheNearest()
    {
        ConfigurationError error = _folder.ReadWith("Clients:bob:SerialNumbers:0=mian:7").OneError("Clients:bob:SerialNumbers:0");

        Assert.Equal("did you mean 'main'?", error.Allowed);
    }

    [Fact]
    public void Read_SeveralAuthorities_NeedThePrefix()
    {
        _folder.ReadWith("ClientAuthorities:other:Certificate=o.crt").OneError("Clients:alice:SerialNumbers:0");
    }

    [Fact]
    public void Read_SameNumberOfTwoAuthorities_IsTwoCertificates()
    {
        _folder.ReadWith(
            "ClientAuthorities:other:Certificate=o.crt",
            "Clients:alice:SerialNumbers=",
            "Clients:alice:SerialNumbers:0=main:7",
            "Clients:bob:SerialNumbers:0=other:7").Valid();
    }

    [Fact]
    public void Read_OneNumberAtTwoClients_NamesBoth()
    {
        ConfigurationError error = _folder.ReadWith("Clients:bob:SerialNumbers:0=0x5f3a01").OneError("Clients:bob:SerialNumbers:0");

        Assert.Contains("KestrelL4:Clients:alice:SerialNumbers:0", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OneNumberTwiceAtOneClient_IsAnError()
    {
        _folder.ReadWith("Clients:bob:SerialNumbers:0=7", "Clients:bob:SerialNumbers:1=07").OneError("Clients:bob:SerialNumbers:1");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{ \"Applications\": [\"echo\"] }")]
    [InlineData("{ \"SerialNumbers\": [] }")]
    [InlineData("{ \"SerialNumbers\": [null, \"\"] }")]
    public void Read_ClientWithoutSerialNumber_IsAnError(string client)
    {
        _folder.ReadOver($$"""{ "Clients": { "bob": {{client}} } }""").OneError("Clients:bob:SerialNumbers");
    }

    [Fact]
    public void Read_GrantsUnset_AreNone()
    {
        Assert.Equal([], _folder.ReadWith("Clients:bob:SerialNumbers:0=7").Valid().Clients["bob"].Applications);
    }

    [Fact]
    public void Read_Star_IsEveryApplication()
    {
        Assert.Null(_folder.ReadWith("Clients:bob:SerialNumbers:0=7", "Clients:bob:Applications:0=*").Valid().Clients["bob"].Applications);
    }

    [Fact]
    public void Read_StarBesideOthers_IsAnError()
    {
        _folder.ReadWith("Clients:bob:SerialNumbers:0=7", "Clients:bob:Applications:0=echo", "Clients:bob:Applications:1=*")
            .OneError("Clients:bob:Applications:1");
    }

    [Fact]
    public void Read_GrantInAnotherCaseAndTwice_IsOneApplication()
    {
        ConfigurationReading reading = _folder.ReadWith(
            "Clients:bob:SerialNumbers:0=7", "Clients:bob:Applications:0=ECHO", "Clients:bob:Applications:1=echo");

        Assert.Equal(["echo"], reading.Valid().Clients["bob"].Applications);
    }

    [Theory]
    [InlineData("Applications:0", "=ecko")]
    [InlineData("RateLimits:ecko", ":MaxConcurrentConnections=1")]
    public void Read_UnknownApplication_SuggestsTheNearest(string key, string value)
    {
        ConfigurationError error = _folder.ReadWith("Clients:bob:SerialNumbers:0=7", $"Clients:bob:{key}{value}")
            .OneError($"Clients:bob:{key}");

        Assert.Equal("did you mean 'echo'?", error.Allowed);
    }

    [Fact]
    public void Read_EmptyLimitOfAGrant_LeavesTheLimitOfTheApplication()
    {
        ConfigurationReading reading = _folder.ReadOver("""{ "Clients": { "alice": { "RateLimits": { "echo": {} } } } }""");

        Assert.Empty(reading.Valid().Clients["alice"].RateLimits);
    }
}
