using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>The real authority behind a real OpenSSH server, asked through a real OpenSSH client.</summary>
public sealed class SshPathwayTests : IAsyncLifetime
{
    private const string Ssh = "ssh";
    private const string SshDaemon = "sshd";

    private readonly TemporaryDirectory _directory = new();
    private RunningAuthority _authority = null!;

    public async Task InitializeAsync() => _authority = await RunningAuthority.StartAsync();

    public async Task DisposeAsync()
    {
        await _authority.DisposeAsync();
        _directory.Dispose();
    }

    [RequiresToolFact(Ssh, SshDaemon)]
    public async Task Questions_OverSsh_AreAnsweredAndNoClientIsLeftBehind()
    {
        await using SshServer server = await SshServer.StartAsync();
        await _authority.JoinAsync("edge-1");
        AuthorityClient client = Connect(server);
        client.Identity = X509Certificate2.CreateFromPemFile(_authority["edge-1.crt"], _authority["edge-1.key"]);

        Assert.Equal("edge-1", (await GetAsync(client.PingAsync([], default))).Node);
        Assert.NotNull((await GetAsync(client.FetchRegistryAsync(null, default))).Document);
        EventStream events = await GetAsync(client.OpenEventsAsync(null, default));
        RegistryNews first = await GetAsync(events.ReadAsync(default));
        await _authority.DoAsync("client", "add", "alice", "--application", "*");
        Assert.Equal(first.Revision + 1, (await GetAsync(events.ReadAsync(default))).Revision);

        await GetAsync(client.PingAsync([], default));
        Assert.Equal(2, Clients(server).Length);
        Task<Contact<RegistryNews>> reading = events.ReadAsync(default);
        await client.DisposeAsync();
        Assert.NotNull((await reading).Failure);
        await events.DisposeAsync();
        await Eventually.UntilAsync(() => Clients(server).Length == 0, "no ssh is left");
    }

    [RequiresToolFact(Ssh, SshDaemon)]
    public async Task Stream_WhoseClientIsKilled_BreaksOffAndTheNextQuestionHasANewOne()
    {
        await using SshServer server = await SshServer.StartAsync();
        await _authority.JoinAsync("edge-1");
        await using AuthorityClient client = Connect(server);
        client.Identity = X509Certificate2.CreateFromPemFile(_authority["edge-1.crt"], _authority["edge-1.key"]);
        await using EventStream events = await GetAsync(client.OpenEventsAsync(null, default));
        await GetAsync(events.ReadAsync(default));

        using (Process ssh = Process.GetProcessById(Assert.Single(Clients(server))))
        {
            ssh.Kill();
        }

        Contact<RegistryNews> end = await Eventually.WithinAsync(events.ReadAsync(default), "the stream breaks off");
        Assert.Equal(ContactFault.Away, end.Failure?.Fault);
        await GetAsync(client.PingAsync([], default));
    }

    [RequiresToolFact(Ssh, SshDaemon)]
    public async Task Server_ThatLeadsNowhere_IsToldWithWhatToDo()
    {
        await using SshServer closed = await SshServer.StartAsync("no");
        await RefusesAsync(closed, ContactFault.Misconfigured, "administratively prohibited", "AllowTcpForwarding");

        await using SshServer server = await SshServer.StartAsync();
        _authority.Process.Kill();
        await _authority.Process.WaitForExitAsync();
        await RefusesAsync(server, ContactFault.Away, "Connection refused", "ssh ended");

        server.ForgetClient();
        await RefusesAsync(server, ContactFault.Misconfigured, "Permission denied", "does not accept the key");

        server.ForgetHostKey();
        await RefusesAsync(server, ContactFault.Misconfigured, "Host key verification failed", "known_hosts");

        await server.StopAsync();
        await RefusesAsync(server, ContactFault.Away, $"port {server.EndPoint.Port}: Connection refused", "ssh ended");
    }

    private async Task RefusesAsync(SshServer server, ContactFault fault, string seen, string advice)
    {
        await using AuthorityClient client = Connect(server);
        ContactFailure failure = (await client.PingAsync([], default)).Failure!;
        Assert.True(
            failure.Fault == fault && failure.Sentence.Contains(seen, StringComparison.Ordinal) && failure.Sentence.Contains(advice, StringComparison.Ordinal),
            $"{failure.Fault}: {failure.Sentence}");
        await Eventually.UntilAsync(() => Clients(server).Length == 0, "no ssh is left");
    }

    // The clients that this process has started towards a server.
    private static int[] Clients(SshServer server) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(static path => (Path: path, Name: Path.GetFileName(path)))
            .Where(static process => process.Name.All(char.IsAsciiDigit))
            .Where(process => IsClient(process.Path, $"{server.EndPoint.Port}"))
            .Select(static process => int.Parse(process.Name, CultureInfo.InvariantCulture)),
    ];

    private static bool IsClient(string process, string port)
    {
        try
        {
            string[] arguments = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            return Path.GetFileName(arguments[0]) == Ssh && arguments.Contains(port);
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }

    private AuthorityClient Connect(SshServer server) => new(
        new AuthorityConfiguration
        {
            Urls = [new Uri(_authority.Url)],
            CaPin = CaPin.Of(X509CertificateLoader.LoadCertificateFromFile(_authority["ca/ca.crt"])),
            Via = new Uri($"ssh://{SshServer.User}@{server.EndPoint}"),
            SshConfig = server.ClientConfig,
            Pathway = Pathway.Via,
        },
        "hash",
        _directory.Path,
        NullLoggerFactory.Instance,
        TimeProvider.System);

    private static async Task<T> GetAsync<T>(Task<Contact<T>> asking)
        where T : class
    {
        Contact<T> contact = await Eventually.WithinAsync(asking, "the attempt ends", TimeSpan.FromSeconds(30));
        Assert.True(contact.Answer is not null, contact.Failure?.Sentence);
        return contact.Answer;
    }
}
