namespace KestrelL4.Server.Tests.Configuration;

public sealed class NameTests : IDisposable
{
    private const string Label63 = "a23456789-123456789-123456789-123456789-123456789-123456789-123";
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("db-1")]
    [InlineData(Label63)]
    public void Read_Label_IsAName(string name)
    {
        _folder.ReadWith(
            $"Applications:{name}:Listen=127.0.0.1:0",
            $"Applications:{name}:Upstreams:{name}:Address=127.0.0.1:1").Valid();
    }

    [Theory]
    [InlineData("Db")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a_b")]
    [InlineData("*")]
    [InlineData("ä")]
    [InlineData("a\n")]
    [InlineData(Label63 + "4")]
    public void Read_NoLabel_IsNoNameOfApplicationOrUpstream(string name)
    {
        IEnumerable<string> keys = _folder.ReadWith(
            $"Applications:{name}:Listen=127.0.0.1:0",
            $"Applications:{name}:Upstreams:{name}:Address=127.0.0.1:1").Errors.Select(error => error.KeyPath);
        string printed = name.Replace("\n", "\\u000a", StringComparison.Ordinal);

        Assert.Equal([$"KestrelL4:Applications:{printed}", $"KestrelL4:Applications:{printed}:Upstreams:{printed}"], keys.Order());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("5f")]
    [InlineData("0x5f")]
    [InlineData("authority")]
    [InlineData("Main-2")]
    public void Read_NameLikeASerialNumberOrReserved_IsNoClientAuthority(string name)
    {
        _folder.ReadWith("Clients=", $"ClientAuthorities:{name}:Certificate=a.crt").OneError($"ClientAuthorities:{name}");
    }

    [Theory]
    [InlineData("Bob.B_2@example-1")]
    [InlineData("*", "*")]
    [InlineData("a b", "a b")]
    [InlineData("ä", "ä")]
    public void Read_ClientName_IsChecked(string name, string? refused = null)
    {
        var reading = _folder.ReadWith($"Clients:{name}:SerialNumbers:0=7");

        if (refused is null)
        {
            Assert.Contains(name, reading.Valid().Clients);
        }
        else
        {
            reading.OneError($"Clients:{refused}");
        }
    }

    [Theory]
    [InlineData(128, 0)]
    [InlineData(129, 1)]
    public void Read_LongClientName_IsBounded(int length, int errors)
    {
        Assert.Equal(errors, _folder.ReadWith($"Clients:{new string('c', length)}:SerialNumbers:0=7").Errors.Count);
    }
}
