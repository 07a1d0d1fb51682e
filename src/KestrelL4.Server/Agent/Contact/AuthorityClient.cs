using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Asks the authority. It exists before any connection does, connects on demand, and callers never look for its absence.</summary>
/// <remarks>
/// Everybody may ask at once. What cannot be had is told as a <see cref="ContactFailure"/>; only cancellation throws. After three
/// failures in a row everything about the connection is built anew.
/// </remarks>
internal sealed class AuthorityClient : IAsyncDisposable
{
    private const int MostFailures = 3;
    private const string LastEventId = "Last-Event-ID";
    private const string IfNoneMatch = "If-None-Match";

    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _lock = new();
    private readonly Func<Connection> _connect;
    private readonly PinnedRoot? _pinned;
    private readonly Answers _answers;
    private volatile X509Certificate2? _identity;
    private Connection _connection;
    private int _failures;

    /// <summary>Prepares to ask; nobody is asked yet.</summary>
    /// <param name="configuration">Where the authority is, by what it is known, and which way leads there.</param>
    /// <param name="sectionHash">Changes with the configuration: what was learned about another section says nothing about this one.</param>
    /// <param name="directory">Where the pathway that worked is remembered.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="time">Its clock.</param>
    public AuthorityClient(AuthorityConfiguration configuration, string sectionHash, string directory, ILoggerFactory loggers, TimeProvider time)
    {
        ILogger logger = loggers.CreateLogger<AuthorityClient>();
        PathwayMemory memory = new(configuration, sectionHash, directory, logger);
        _pinned = configuration.CaPin is { } pin ? new PinnedRoot(pin) : null;
        _answers = new Answers(time);
        _connect = () => new Connection(configuration, _pinned, memory, logger, time);
        _connection = _connect();
    }

    /// <summary>The certificate that the node shows, with its private key; null = none yet. Holds from the next request on.</summary>
    public X509Certificate2? Identity
    {
        get => _identity;
        set => _identity = value;
    }

    /// <summary>The root that an earlier process had found by the same pin; another one changes nothing. Null = none is known.</summary>
    public X509Certificate2? KnownRoot
    {
        get => _pinned?.Certificate;
        set => _pinned?.Certificate = value;
    }

    /// <summary>The authority's root, from the file, or fetched and matched with the pin.</summary>
    public async Task<Contact<X509Certificate2>> FindRootAsync(CancellationToken cancellation)
    {
        Contact<X509Certificate2> root = await RunAsync((connection, ending) => connection.FindRootAsync(ending), cancellation).ConfigureAwait(false);
        if (root.Failure is not null)
        {
            // To have it says nothing about the authority: nobody was asked for one that is known.
            Count(root.Failure);
        }

        return root;
    }

    /// <summary>Joins: gives the node's first certificate, followed by its issuer, in PEM. Shows no certificate, whatever <see cref="Identity"/> is.</summary>
    /// <param name="token">The join token.</param>
    /// <param name="request">A certificate signing request in PEM.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public Task<Contact<string>> JoinAsync(string token, string request, CancellationToken cancellation) =>
        AskAsync(_ => new Question<string>(HttpMethod.Post, AuthorityRoutes.Identity, _answers.CertificatesAsync) { Token = token, Body = request }, cancellation);

    /// <summary>Renews: gives the node's next certificate, followed by its issuer, in PEM.</summary>
    public Task<Contact<string>> RenewAsync(string request, CancellationToken cancellation) =>
        AskAsync(_ => new Question<string>(HttpMethod.Post, AuthorityRoutes.Identity, _answers.CertificatesAsync) { Body = request }, cancellation);

    /// <summary>Asks whether authority and node know each other, and tells which client authorities the node has of its own.</summary>
    public Task<Contact<Pong>> PingAsync(IReadOnlyCollection<string> clientAuthorities, CancellationToken cancellation)
    {
        string query = string.Join('&', clientAuthorities.Select(static name => $"{AuthorityRoutes.ClientAuthorityParameter}={Uri.EscapeDataString(name)}"));
        string path = query.Length == 0 ? AuthorityRoutes.Ping : $"{AuthorityRoutes.Ping}?{query}";
        return AskAsync(_ => new Question<Pong>(HttpMethod.Get, path, _answers.PongAsync), cancellation);
    }

    /// <summary>Asks for the registry.</summary>
    /// <param name="known">The version that the node has; null = none.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public Task<Contact<RegistryAnswer>> FetchRegistryAsync(string? known, CancellationToken cancellation) => AskAsync(
        _ => new Question<RegistryAnswer>(
            HttpMethod.Get, AuthorityRoutes.Registry, (response, ending) => _answers.RegistryAsync(known, response, ending))
        {
            Known = known is null ? null : (IfNoneMatch, $"\"{known}\""),
        },
        cancellation);

    /// <summary>Opens the stream of events.</summary>
    /// <param name="known">The id of the last event seen; null = none.</param>
    /// <param name="cancellation">Ends the attempt; the stream ends when it is disposed.</param>
    public Task<Contact<EventStream>> OpenEventsAsync(string? known, CancellationToken cancellation) => AskAsync(
        way => new Question<EventStream>(
            HttpMethod.Get, AuthorityRoutes.RegistryEvents, (response, ending) => _answers.EventsAsync(response, way, _disposed.Token, ending))
        {
            Known = known is null ? null : (LastEventId, known),
        },
        cancellation);

    /// <summary>Ends all attempts and streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        lock (_lock)
        {
            _connection.Dispose();
        }
    }

    private Task<Contact<T>> AskAsync<T>(Func<Way, Question<T>> question, CancellationToken cancellation)
        where T : class => CountAsync((connection, ending) => connection.AskAsync(_identity, question, ending), cancellation);

    private async Task<Contact<T>> CountAsync<T>(Func<Connection, CancellationToken, Task<Contact<T>>> ask, CancellationToken cancellation)
        where T : class
    {
        Contact<T> contact = await RunAsync(ask, cancellation).ConfigureAwait(false);
        Count(contact.Failure);
        return contact;
    }

    private async Task<Contact<T>> RunAsync<T>(Func<Connection, CancellationToken, Task<Contact<T>>> ask, CancellationToken cancellation)
        where T : class
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposed.Token);
        either.Token.ThrowIfCancellationRequested();
        Connection connection;
        lock (_lock)
        {
            connection = _connection;
        }

        return await ask(connection, either.Token).ConfigureAwait(false);
    }

    private void Count(ContactFailure? failure)
    {
        lock (_lock)
        {
            _failures = failure is null ? 0 : _failures + 1;
            if (_failures < MostFailures || _disposed.IsCancellationRequested)
            {
                return;
            }

            _failures = 0;
            _connection.Dispose();
            _connection = _connect();
        }
    }
}
