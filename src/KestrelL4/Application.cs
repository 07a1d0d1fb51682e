using System.Net;
using KestrelL4.Accounting;
using KestrelL4.Forwarding;
using KestrelL4.ProxyProtocol;
using KestrelL4.RateLimiting;
using KestrelL4.Upstreams;

namespace KestrelL4;

/// <summary>A named TCP service: its upstreams, its limits, its open connections.</summary>
public sealed class Application
{
    private readonly Limit _limit;
    private readonly ConnectionForwarder _forwarder;
    private readonly ConnectionAccounting? _accounting;
    private readonly Removal _removal;
    private readonly TimeProvider _time;
    private ApplicationSettings _settings;

    /// <summary>Makes an application.</summary>
    /// <param name="name">The name in grants, logs and metrics.</param>
    /// <param name="upstreams">The servers that take its connections, by distinct names.</param>
    /// <param name="settings">Limits and time-outs; null = the defaults.</param>
    /// <param name="accounting">Where its connections are accounted for; null = nowhere.</param>
    /// <param name="time">The clock of limits and time-outs; null = the system's.</param>
    public Application(
        string name,
        IReadOnlyList<Upstream> upstreams,
        ApplicationSettings? settings = null,
        ConnectionAccounting? accounting = null,
        TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(upstreams);
        Name = name;
        _settings = settings ?? new ApplicationSettings();
        _time = time ?? TimeProvider.System;
        _removal = new Removal(_time);
        _limit = new Limit(RateLimitScope.Application, _settings.RateLimit, _time);
        UpstreamSet = new UpstreamSet(upstreams, _time, PickRules.Of(_settings));
        _forwarder = new ConnectionForwarder(UpstreamSet, (upstream, dial) => Dialled?.Invoke(upstream, dial.Result, dial.Problem), _time);
        _accounting = accounting;
        accounting?.Add(this);
    }

    /// <summary>
    /// A dial of an upstream has ended, and not because its client left: the result, and what went wrong, for people, or null.
    /// An upstream that refuses our certificate once it is connected, as TLS 1.3 has it, is told again: as <see cref="DialResult.TlsFailed"/>.
    /// Handlers are quick, and may be called from several threads at once.
    /// </summary>
    public event Action<Upstream, DialResult, string?>? Dialled;

    /// <summary>The name in grants, logs and metrics.</summary>
    public string Name { get; }

    /// <summary>
    /// Limits, time-outs and rules of picking. New limits hold from the next connection and count the open ones; new time-outs are
    /// for new connections; new rules hold from the next pick.
    /// </summary>
    public ApplicationSettings Settings
    {
        get => Volatile.Read(ref _settings);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _settings, value);
            _limit.Numbers = value.RateLimit;
            UpstreamSet.Use(PickRules.Of(value));
        }
    }

    /// <summary>
    /// The servers that take its connections, by distinct names. Those that a new list leaves out keep the connections they have;
    /// those that it adds to others start slowly.
    /// </summary>
    public IReadOnlyList<Upstream> Upstreams
    {
        get => UpstreamSet.All;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            UpstreamSet.Replace(value);
        }
    }

    /// <summary>Those that were left out lately or still have connections.</summary>
    public IEnumerable<Upstream> FormerUpstreams => UpstreamSet.Gone;

    /// <summary>
    /// Whether it is no longer offered: its open connections need no grant any more, and its numbers are forgotten ten minutes
    /// after the last of them has ended, or at once when it never had any. Default false.
    /// </summary>
    public bool IsRemoved
    {
        get => _removal.IsInForce;
        set => _removal.IsInForce = value;
    }

    /// <summary>How many of its connections wait for a place at an upstream.</summary>
    public int QueuedConnections => UpstreamSet.Waiting;

    /// <summary>Its open connections.</summary>
    public LiveConnections Connections { get; } = new();

    /// <summary>What it counted since it was made.</summary>
    public ApplicationCounters Counters { get; } = new();

    /// <summary>The limit of all its clients together.</summary>
    internal Limit Limit => _limit;

    internal UpstreamSet UpstreamSet { get; }

    /// <summary>Whether nobody asks for its numbers any more.</summary>
    internal bool IsForgotten => Connections.Count == 0 && _removal.IsOlderThan(Counters.ConnectionsAccepted == 0 ? TimeSpan.Zero : UpstreamSet.Memory);

    /// <summary>The upstream of a name and address, with all that it counts: one in place or one that was left out lately.</summary>
    public Upstream? FindUpstream(string name, EndPoint address) => UpstreamSet.Find(name, address);

    /// <summary>The upstream that the next connection would get, by chance where the balancing draws; null = none takes one now.</summary>
    /// <param name="clientName">Whose connection; null = that of a client without a name.</param>
    public Upstream? NextUpstream(string? clientName = null) => Outlook(clientName).Upstream;

    /// <summary>Makes several changes of upstreams as one: no connection is picked for, and none that waits is refused, between them.</summary>
    /// <param name="change">Makes them, quickly.</param>
    public void ChangeUpstreams(Action change)
    {
        ArgumentNullException.ThrowIfNull(change);
        UpstreamSet.Change(change);
    }

    /// <summary>Takes in how one of its upstreams is; the next pick goes by it, and with <see cref="ApplicationSettings.CloseOnDown"/> its connections too.</summary>
    /// <param name="upstream">One of <see cref="Upstreams"/>.</param>
    /// <param name="health">How it is.</param>
    /// <param name="reason">Why it is not healthy, for people; null when it is.</param>
    public void Report(Upstream upstream, UpstreamHealth health, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        if (UpstreamSet.Report(upstream, health, reason) is not { } change)
        {
            return;
        }

        _accounting?.Record(this, upstream, change);
        if (health == UpstreamHealth.Down && Settings.CloseOnDown)
        {
            Connections.CloseAll(upstream, CloseReason.UpstreamDown);
        }
    }

    /// <summary>Takes an accepted connection through limits, pick, dial and relay to its end, and disposes it.</summary>
    /// <param name="client">The connection; the caller has authenticated and authorised it by whatever means it has.</param>
    /// <param name="limits">The caller's own limits, asked before the application's; null = none.</param>
    /// <param name="peer">The client's address for the log and for PROXY headers; null = unknown.</param>
    /// <param name="destination">The address that the client connected to, for PROXY headers; null = unknown, and they tell no address.</param>
    /// <returns>Why the connection ended; whoever awaits it goes on on a thread of the pool, where he may block.</returns>
    public async Task<CloseReason> SubmitAsync(
        RelayEnd client, LimitStack? limits = null, EndPoint? peer = null, EndPoint? destination = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        CloseReason reason = await CarryAsync(client, limits ?? LimitStack.Empty, peer, destination).ConfigureAwait(false);

        // It may have ended on the thread that carries other connections.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return reason;
    }

    /// <summary>Lets a connection in: it is live and counted from now until it is disposed.</summary>
    /// <param name="id">An id unique within the process.</param>
    /// <param name="peer">The client's address; null = unknown.</param>
    public ProxiedConnection Open(string id, EndPoint? peer)
    {
        ProxiedConnection connection = new(this, id, peer, _time);
        Connections.Enter(connection);
        Counters.Accepted();
        return connection;
    }

    /// <summary>What a client's next connection would meet when it picks.</summary>
    internal PickOutlook Outlook(string? clientName) => UpstreamSet.Look(new ClientKey(clientName));

    /// <summary>All limits that a connection meets whose own are these.</summary>
    internal LimitStack StackOn(LimitStack limits) => new(limits, _limit);

    /// <summary>Takes an authorised connection through limits, pick, dial and relay.</summary>
    internal async Task<CloseReason> PassAsync(ProxiedConnection connection, RelayEnd client, LimitStack limits)
    {
        LimitStack stack = StackOn(limits);
        using LimitLease lease = await AdmitAsync(connection, client, stack).ConfigureAwait(false);
        if (connection.CloseReason is { } closed)
        {
            return closed;
        }

        if (lease.RefusedBy is { } scope)
        {
            connection.Cause = scope.Word();
            Counters.RateLimited(scope);
            return CloseReason.RateLimited;
        }

        connection.Pace = new BytePace(stack);
        ApplicationSettings settings = Settings;
        if (settings.SendProxyHeader != ProxyHeaderVersion.None)
        {
            connection.Greeting = ProxyGreeting.Of(settings.SendProxyHeader, connection, client.TlsSession);
        }

        return await _forwarder.ForwardAsync(connection, client, settings).ConfigureAwait(false);
    }

    /// <summary>Lets the client see how its connection ended.</summary>
    internal Task EndAsync(ProxiedConnection connection, RelayEnd client, CloseReason reason) =>
        ClientEnd.ShowAsync(connection, client, reason, _time);

    /// <summary>Counts a handshake that succeeded.</summary>
    internal void AccountHandshake(TimeSpan duration)
    {
        Counters.HandshakeSucceeded();
        _accounting?.Instruments.RecordHandshake(duration);
    }

    /// <summary>Counts the duration of a dial that connected.</summary>
    internal void AccountConnect(TimeSpan duration) => _accounting?.Instruments.RecordConnect(duration);

    /// <summary>Counts a connection out and writes its line.</summary>
    internal void Account(ProxiedConnection connection)
    {
        Counters.Ended(connection);
        connection.Trace?.End(connection);
        _accounting?.Record(connection);

        // What a removed one counts at its last connection's end is to be read for as long as all else.
        _removal.BeginAnew();
        Connections.Leave(connection);
    }

    private async Task<CloseReason> CarryAsync(RelayEnd client, LimitStack limits, EndPoint? peer, EndPoint? destination)
    {
        using ProxiedConnection connection = Open(ConnectionIds.Next(), peer);
        connection.Destination = destination;
        connection.Reset = client.Abort;
        await using (client.ConfigureAwait(false))
        {
            CloseReason reason = await PassAsync(connection, client, limits).ConfigureAwait(false);
            await EndAsync(connection, client, reason).ConfigureAwait(false);
            return connection.CloseReason ?? reason;
        }
    }

    private async ValueTask<LimitLease> AdmitAsync(ProxiedConnection connection, RelayEnd client, LimitStack stack)
    {
        LimitLease lease = stack.Acquire();
        return lease.CouldWait
            ? await new ClientWatch(connection, client, _time).WhileAsync(stack.AcquireAsync(connection.Closing).AsTask()).ConfigureAwait(false)
            : lease;
    }
}
