using System.Text;
using KestrelL4.FunctionalTests.HealthChecks;
using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Upstreams;

/// <summary>TLS towards upstreams: a real nginx sees our certificate, whatever is wrong has its name, and renewals lose nothing.</summary>
public sealed class UpstreamTlsTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;
    private readonly TestAuthority _servers = TestAuthority.CreateRoot("upstream authority");

    [RequiresToolFact("nginx")]
    public async Task Nginx_WantsOurCertificate_SeesIt()
    {
        await using NginxUpstream nginx = await NginxUpstream.StartAsync(Issue());
        TestCertificate ours = nginx.Clients.Issue(new TestSubject("node"));
        await ConfigureAsync("mutual", nginx.EndPoint.ToString(), ours);

        Assert.Contains($"serial {ours.SerialNumber} over TLSv1.3", await RequestAsync("mutual"), StringComparison.Ordinal);

        // The upstream's own section replaces the application's whole, certificate and all.
        TestCertificate other = nginx.Clients.Issue(new TestSubject("other"));
        await _fixture.ApplyAsync(setup => Section(setup, "Applications:mutual:Upstreams:u1:UpstreamTls", "other", other));
        Assert.Contains($"serial {other.SerialNumber} over", await RequestAsync("mutual"), StringComparison.Ordinal);
    }

    [RequiresToolFact("nginx")]
    public async Task OurCertificate_RenewedUnderLoad_LosesNoConnection()
    {
        await using NginxUpstream nginx = await NginxUpstream.StartAsync(Issue());
        TestCertificate ours = nginx.Clients.Issue(new TestSubject("node"));
        await ConfigureAsync("renewed", nginx.EndPoint.ToString(), ours);
        using CancellationTokenSource enough = new();
        Task<HashSet<string>>[] load = [.. Enumerable.Range(0, 4).Select(_ => LoadAsync(enough.Token))];

        for (int i = 0; i < 3; i++)
        {
            ours = nginx.Clients.Issue(new TestSubject("node"));
            Replace(ours, "renewed");
            Node.Process.HangUp();
            await Eventually.UntilAsync(
                async () => (await RequestAsync("renewed")).Contains($"serial {ours.SerialNumber} ", StringComparison.Ordinal), "the new certificate is shown");
        }

        await enough.CancelAsync();
        HashSet<string> seen = [.. (await Task.WhenAll(load)).SelectMany(static each => each)];
        Assert.All(seen, static response => Assert.StartsWith("HTTP/1.1 200", response, StringComparison.Ordinal));
        Assert.True(seen.Count >= 3, "every certificate was used");
        Assert.Equal(0, (await Node.MetricsAsync()).Sum("kestrell4_upstream_connections_total", ("application", "renewed"), ("result", "tls_failed")));

        async Task<HashSet<string>> LoadAsync(CancellationToken end)
        {
            HashSet<string> responses = [];
            while (!end.IsCancellationRequested)
            {
                responses.Add(string.Join('\n', (await RequestAsync("renewed")).Split('\n').Where(static line => line.StartsWith("HTTP", StringComparison.Ordinal) || line.StartsWith("serial", StringComparison.Ordinal))));
            }

            return responses;
        }
    }

    [Fact]
    public async Task UpstreamsCertificate_CannotBeTrusted_EachFaultHasItsName()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        TestSubject good = TestSubject.Server() with { Hosts = [NginxUpstream.Name] };
        await FailsAsync("untrusted", TestAuthority.CreateRoot("stranger").Issue(good), "untrusted: ");
        await FailsAsync("expired", _servers.Issue(good with { NotBefore = now.AddDays(-2), NotAfter = now.AddDays(-1) }), "its certificate expired on ");
        await FailsAsync("misnamed", _servers.Issue(good with { Hosts = ["web.internal"] }), "name mismatch: the certificate is for 'web.internal', not for 'db.internal'");
    }

    [Fact]
    public async Task OurFiles_AreBroken_FormerOnesStayInForceAndItIsTold()
    {
        TestAuthority clients = TestAuthority.CreateRoot("clients");
        await using TlsEchoServer upstream = new(Issue(), clients);
        await ConfigureAsync("kept", upstream.EndPoint.ToString(), clients.Issue(new TestSubject("node")));
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, "kept");

        await _fixture.RefuseAsync(
            () => File.WriteAllText(_fixture.Setup.Directory["kept.crt"], "nothing"), "KestrelL4:Applications:kept:UpstreamTls:Certificate");
        string? reason = await _fixture.UntilComponentAsync("application:kept", "degraded");
        Assert.Contains("the former one stays in force", reason, StringComparison.Ordinal);
        await using (TlsClient young = await Node.HoldAsync(_fixture.Alice, "kept"))
        {
            await GoesOnAsync(young);
        }

        TestCertificate mended = clients.Issue(new TestSubject("node"));
        Replace(mended, "kept");
        await _fixture.UntilComponentAsync("application:kept", "healthy");
        await using TlsClient last = await Node.HoldAsync(_fixture.Alice, "kept");
        Assert.Equal(mended.SerialNumber, upstream.Peers[^1]);
        await GoesOnAsync(held);
    }

    [RequiresToolFact("openssl")]
    public async Task Check_UpstreamRefusesOurCertificate_SaysWhy()
    {
        using TemporaryDirectory directory = new();
        System.Net.IPEndPoint address = FreePort.Take();
        await using ServerProgram server = await StartRefusingAsync(directory.Path, address);
        NodeSetup setup = new NodeSetup().Application("db", address);
        using TemporaryDirectory files = setup.Directory;
        Section(setup, "Applications:db:UpstreamTls", "node", _servers.Issue(new TestSubject("node")));
        setup.Write();

        ToolResult result = await NodeExecutable.RunAsync(files.Path, "check", "--connect", "--config", setup.ConfigurationFile);

        Assert.Contains($"{address} was not reached: tls_failed (it did not accept our certificate", result.Output + result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [RequiresToolFact("openssl")]
    public async Task Refused_BehindEachHandshake_IsQuarantined()
    {
        using TemporaryDirectory directory = new();
        System.Net.IPEndPoint address = FreePort.Take();
        await using ServerProgram server = await StartRefusingAsync(directory.Path, address);
        await _fixture.ApplyAsync(setup =>
        {
            setup.Application("refused", address);
            Section(setup, "Applications:refused:UpstreamTls", "refused", _servers.Issue(new TestSubject("node")));
        });

        for (int count = 0; count < 3; count++)
        {
            await using TlsClient client = await Node.ConnectAsync(_fixture.Alice, "refused");
            await client.ObserveEndAsync();
        }

        (_, string? reason) = await Node.UntilUpstreamAsync("refused", "u1", "quarantined");
        Assert.StartsWith("dials failed, the last one: it did not accept our certificate", reason, StringComparison.Ordinal);
    }

    // It trusts another authority than the one that issued our certificate, and says so when we believe that the handshake is done.
    private async Task<ServerProgram> StartRefusingAsync(string directory, System.Net.IPEndPoint address)
    {
        (string certificate, string key) = Issue().WriteTo(directory, "server");
        return await ServerProgram.StartAsync(
            "openssl",
            ["s_server", "-accept", address.ToString(), "-cert", certificate, "-key", key, "-tls1_3", "-Verify", "1", "-verify_return_error",
                "-CAfile", TestAuthority.CreateRoot("other").WriteTo(directory, "other.crt"), "-quiet"],
            directory,
            address);
    }

    private TestCertificate Issue() => _servers.Issue(TestSubject.Server() with { Hosts = [NginxUpstream.Name] });

    private Task ConfigureAsync(string application, string upstream, TestCertificate ours) => _fixture.ApplyAsync(setup =>
    {
        setup.Application(application).Set($"Applications:{application}:Upstreams:u1:Address", upstream);
        Section(setup, $"Applications:{application}:UpstreamTls", application, ours);
    });

    private void Section(NodeSetup setup, string section, string file, TestCertificate? ours)
    {
        setup.Set($"{section}:ServerName", NginxUpstream.Name);
        setup.Set($"{section}:Ca", _servers.WriteTo(setup.Directory.Path, $"{file}-ca.crt"));
        if (ours is not null)
        {
            (string certificate, string key) = ours.WriteTo(setup.Directory.Path, file);
            setup.Set($"{section}:Certificate", certificate).Set($"{section}:Key", key);
        }
    }

    private void Replace(TestCertificate ours, string file)
    {
        (string certificate, string key) = ours.WriteTo(_fixture.Setup.Directory.Path, "next");
        File.Move(certificate, _fixture.Setup.Directory[$"{file}.crt"], overwrite: true);
        File.Move(key, _fixture.Setup.Directory[$"{file}.key"], overwrite: true);
    }

    private async Task FailsAsync(string application, TestCertificate shown, string reason)
    {
        await using TlsEchoServer server = new(shown);
        await _fixture.ApplyAsync(setup =>
        {
            setup.Application(application, server.EndPoint);
            Section(setup, $"Applications:{application}:UpstreamTls", application, ours: null);
        });
        MetricWatch failed = await Node.WatchAsync("kestrell4_upstream_connections_total", ("application", application), ("result", "tls_failed"));

        await Node.RefusesAsync(_fixture.Alice, application);

        await failed.RoseByAsync(1);
        ToolResult check = await NodeExecutable.RunAsync(
            _fixture.Setup.Directory.Path, "check", "--connect", "--config", _fixture.Setup.ConfigurationFile);
        Assert.Contains($"{server.EndPoint} was not reached: tls_failed ({reason}", check.Output + check.Error, StringComparison.Ordinal);
        await _fixture.ApplyAsync($"Applications:{application}", null);
    }

    private async Task<string> RequestAsync(string application)
    {
        await using TlsClient client = await Node.ConnectAsync(_fixture.Alice, application);
        await client.Stream.WriteAsync("GET / HTTP/1.1\r\nHost: db.internal\r\nConnection: close\r\n\r\n"u8.ToArray());
        using StreamReader reader = new(client.Stream, Encoding.ASCII);
        return await reader.ReadToEndAsync();
    }
}
