using System.Collections;
using System.Diagnostics.CodeAnalysis;
using KestrelL4.Registry;
using KestrelL4.Tls;

namespace KestrelL4.Tests;

/// <summary>How a connection is judged, also while the trust changes under it.</summary>
public sealed class ApplicationConnectionHandlerTests
{
    private static readonly Client Alice = Trusted.Client("alice", "echo");
    private static readonly ClientTrust Granting = Trusted.Trust(("5F", Alice));

    private static readonly Dictionary<CloseReason, ClientTrust> Withdrawals = new()
    {
        [CloseReason.UnknownClient] = Trusted.Trust(),
        [CloseReason.NotAuthorized] = Trusted.Trust(("5F", Trusted.Client("alice", "other"))),
        [CloseReason.ClientDisabled] = Trusted.Trust(("5F", Alice with { Disabled = true })),
    };

    private readonly FakeTime _time = new();
    private readonly Application _application = new("echo", []);

    [Fact]
    public void Admit_Granted_NamesClientAndGrant()
    {
        using ProxiedConnection connection = Trusted.Open(_application, Trusted.Certificate("5F"));

        Assert.Null(Trusted.Handler(_application, new TrustInForce(Granting), _time).Admit(connection, out Grant? grant));

        Assert.Equal((Alice, Alice.Grants["echo"]), (connection.Client, grant));
    }

    [Fact]
    public void Admit_NoGrant_NamesTheClient()
    {
        Assert.Equal(
            (CloseReason.NotAuthorized, "alice"), Judge(Trusted.Trust(("5F", Trusted.Client("alice", "other")))));
        Assert.Equal((CloseReason.UnknownClient, null), Judge(Trusted.Trust()));
    }

    [Theory]
    [InlineData(60, null)]
    [InlineData(61, CloseReason.RevocationStale)]
    public void Admit_ListIsOlderThanAllowed_RefusesEvenThoseThatAreGranted(int minutes, CloseReason? expected)
    {
        ClientTrust trust = WithList(Granting);
        _time.Advance(TimeSpan.FromMinutes(minutes));

        Assert.Equal((expected, "alice"), Judge(trust));
        Assert.Equal((CloseReason.UnknownClient, null), Judge(WithList(Trusted.Trust())));
    }

    [Theory]
    [InlineData(CloseReason.UnknownClient)]
    [InlineData(CloseReason.NotAuthorized)]
    [InlineData(CloseReason.ClientDisabled)]
    public void Admit_WithdrawnBeforeTheClientIsKnown_IsRefused(CloseReason refusal)
    {
        TrustInForce inForce = new(Granting);
        WatchedAuthorities watched = new(() => inForce.Replace(Withdrawals[refusal], [_application]));
        inForce.Replace(Granting with { Authorities = watched }, []);
        using ProxiedConnection connection = Trusted.Open(_application, Trusted.Certificate("5F"));

        Assert.Equal(refusal, Trusted.Handler(_application, inForce, _time).Admit(connection, out _));

        // The swap did not see whose it is, so the connection has to.
        Assert.Null(connection.CloseReason);
    }

    [Fact]
    public void Admit_WithdrawnOnceTheClientIsKnown_IsCutAndRefused()
    {
        TrustInForce inForce = new(Granting);
        WatchedGrants watched = new(Alice.Grants, () => inForce.Replace(Trusted.Trust(), [_application]));
        inForce.Replace(Trusted.Trust(("5F", Alice with { Grants = watched })), []);
        using ProxiedConnection connection = Trusted.Open(_application, Trusted.Certificate("5F"));

        Assert.NotNull(Trusted.Handler(_application, inForce, _time).Admit(connection, out _));

        Assert.Equal(CloseReason.Revoked, connection.CloseReason);
    }

    [Fact]
    public void Admit_GrantedMeanwhile_IsJudgedByTheNewTrust()
    {
        TrustInForce inForce = new(Granting);
        Client renamed = Trusted.Client("alice-2", "echo");
        WatchedAuthorities watched = new(() => inForce.Replace(Trusted.Trust(("5F", renamed)), [_application]));
        inForce.Replace(Granting with { Authorities = watched }, []);
        using ProxiedConnection connection = Trusted.Open(_application, Trusted.Certificate("5F"));

        Assert.Null(Trusted.Handler(_application, inForce, _time).Admit(connection, out Grant? grant));

        Assert.Equal((renamed, renamed.Grants["echo"]), (connection.Client, grant));
    }

    private (CloseReason? Refusal, string? Client) Judge(ClientTrust trust)
    {
        using ProxiedConnection connection = Trusted.Open(_application, Trusted.Certificate("5F"));
        CloseReason? refusal = Trusted.Handler(_application, new TrustInForce(trust), _time).Admit(connection, out _);
        return (refusal, connection.Client?.Name);
    }

    private ClientTrust WithList(ClientTrust trust) => trust with
    {
        Authorities =
        [
            new ClientAuthority("main", Trusted.Authority.Chain)
            {
                RevocationList = Trusted.List(_time.Start),
                MaxRevocationAge = TimeSpan.FromHours(1),
            },
        ],
    };

    /// <summary>Tells when a judgement first looks for the client authority, before the client is known.</summary>
    private sealed class WatchedAuthorities(Action firstLook) : IReadOnlyList<ClientAuthority>
    {
        private Action? _firstLook = firstLook;

        public int Count => 1;

        public ClientAuthority this[int index] => Trusted.Authority;

        public IEnumerator<ClientAuthority> GetEnumerator()
        {
            Interlocked.Exchange(ref _firstLook, null)?.Invoke();
            yield return Trusted.Authority;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>Tells when a judgement looks for the grant, after the client is known.</summary>
    private sealed class WatchedGrants(IReadOnlyDictionary<string, Grant> grants, Action looking) : IReadOnlyDictionary<string, Grant>
    {
        public int Count => grants.Count;

        public IEnumerable<string> Keys => grants.Keys;

        public IEnumerable<Grant> Values => grants.Values;

        public Grant this[string key] => grants[key];

        public bool ContainsKey(string key) => grants.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out Grant value)
        {
            looking();
            return grants.TryGetValue(key, out value);
        }

        public IEnumerator<KeyValuePair<string, Grant>> GetEnumerator() => grants.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
