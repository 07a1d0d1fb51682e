namespace KestrelL4.FunctionalTests.Reload;

/// <summary>A certificate on its issuer's revocation list loses its connections and gets no new ones; a list that cannot be used changes nothing.</summary>
public sealed class RevocationTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;
    private readonly TestAuthority _issuer = TestAuthority.CreateRoot("revoking client authority");
    private readonly WitnessServer _upstream = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("der")]
    public async Task List_NamesACertificate_CutsItsConnectionsAlone(string format)
    {
        (TestCertificate bad, TestCertificate good) = await AddAsync(format);
        await using TlsClient lost = await Node.HoldAsync(bad, format);
        await using TlsClient kept = await Node.HoldAsync(good, format);
        MetricWatch revoked = await Node.WatchReasonAsync("revoked");
        MetricWatch refused = await Node.WatchReasonAsync("revoked_certificate");
        WithdrawalLog log = new(Node);

        TestRevocationList list = _issuer.RevocationList(2, bad.SerialNumber);
        Publish(format, format == "pem" ? System.Text.Encoding.ASCII.GetBytes(list.Pem) : list.Der);

        Assert.Equal(TlsEnd.Reset, await lost.ObserveEndAsync());
        await log.AssertCutWithinASecondAsync(1);
        await revoked.RoseByAsync(1);
        await Eventually.UntilAsync(() => _upstream.Resets == 1, "the upstream has seen a reset");
        await Node.RefusesAsync(bad, format);
        await refused.RoseByAsync(1);
        await GoesOnAsync(kept);
        await using TlsClient another = await Node.HoldAsync(good, format);
        Assert.Equal(0, _upstream.Fins);
    }

    [Theory]
    [InlineData("other-issuer")]
    [InlineData("older-number")]
    [InlineData("tampered")]
    [InlineData("garbage")]
    [InlineData("empty")]
    [InlineData("missing")]
    [InlineData("directory")]
    public async Task List_CannotBeUsed_KeepsTheOldOneAndSaysSo(string fault)
    {
        (TestCertificate bad, TestCertificate good) = await AddAsync(fault);
        Publish(fault, _issuer.RevocationList(5, bad.SerialNumber).Der);
        await UntilRefusedAsync(bad, fault);
        await using TlsClient held = await Node.HoldAsync(good, fault);
        string file = ListFile(fault);

        await _fixture.RefuseAsync(() => Spoil(fault, file, good), $"KestrelL4:ClientAuthorities:{fault}:RevocationList");

        await _fixture.UntilComponentAsync($"revocation:{fault}", "degraded");
        Assert.Equal("degraded", (string?)(await Node.StatusAsync())["status"]);
        MetricWatch refused = await Node.WatchReasonAsync("revoked_certificate");
        await Node.RefusesAsync(bad, fault);
        await refused.RoseByAsync(1);
        await GoesOnAsync(held);
        if (Directory.Exists(file))
        {
            Directory.Delete(file);
        }

        Publish(fault, _issuer.RevocationList(6).Der);
        await _fixture.UntilComponentAsync($"revocation:{fault}", "healthy");
        await using TlsClient forgiven = await Node.HoldAsync(bad, fault);
        await GoesOnAsync(held);
    }

    [Fact]
    public async Task List_PastItsNextUpdate_IsDegradedAndServes()
    {
        (_, TestCertificate good) = await AddAsync("late");
        await using TlsClient held = await Node.HoldAsync(good, "late");
        DateTimeOffset now = TimeProvider.System.GetUtcNow();

        Publish("late", _issuer.RevocationList(2, now.AddMinutes(-1), now.AddSeconds(1)).Der);

        string? reason = await _fixture.UntilComponentAsync("revocation:late", "degraded");
        Assert.Contains("promised", reason, StringComparison.Ordinal);
        await using TlsClient another = await Node.HoldAsync(good, "late");
        await GoesOnAsync(held);
        Publish("late", _issuer.RevocationList(3).Der);
        await _fixture.UntilComponentAsync("revocation:late", "healthy");
    }

    private string ListFile(string authority) => _fixture.Setup.Directory[$"{authority}.crl"];

    private void Publish(string authority, byte[] list)
    {
        string file = ListFile(authority);
        File.WriteAllBytes(file + ".new", list);
        File.Move(file + ".new", file, overwrite: true);
        Node.Process.HangUp();
    }

    private void Spoil(string fault, string file, TestCertificate revoked)
    {
        byte[] list = fault switch
        {
            "other-issuer" => TestAuthority.CreateRoot("revoking client authority").RevocationList(6, revoked.SerialNumber).Der,
            "older-number" => _issuer.RevocationList(4, revoked.SerialNumber).Der,
            "tampered" => _issuer.RevocationList(6, revoked.SerialNumber).Der,
            "garbage" => "no list"u8.ToArray(),
            _ => [],
        };
        if (fault == "tampered")
        {
            list[^1] ^= 1;
        }

        File.Delete(file);
        if (fault == "directory")
        {
            Directory.CreateDirectory(file);
        }
        else if (fault != "missing")
        {
            File.WriteAllBytes(file, list);
        }
    }

    private Task UntilRefusedAsync(TestCertificate certificate, string application) => Eventually.UntilAsync(
        async () =>
        {
            try
            {
                await using TlsClient client = await Node.HoldAsync(certificate, application);
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        },
        "the certificate is refused");

    /// <summary>Adds an application and a client authority of one name, with two clients and an empty list.</summary>
    private async Task<(TestCertificate Bad, TestCertificate Good)> AddAsync(string name)
    {
        string directory = _fixture.Setup.Directory.Path;
        File.WriteAllBytes(ListFile(name), _issuer.RevocationList(1).Der);
        _fixture.Setup.Application(name, _upstream.EndPoint)
            .Set($"ClientAuthorities:{name}:Certificate", _issuer.WriteTo(directory, $"{name}.crt"))
            .Set($"ClientAuthorities:{name}:RevocationList", ListFile(name));
        TestCertificate bad = _fixture.Client(name, _issuer, $"bad-{name}", name);
        TestCertificate good = _fixture.Client(name, _issuer, $"good-{name}", name);
        await _fixture.ApplyAsync(static _ => { });
        return (bad, good);
    }
}
