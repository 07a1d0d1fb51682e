using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Protocol;
using KestrelL4.Registry;
using KestrelL4.Server.Agent.Caches;
using KestrelL4.Server.Agent.Identities;
using KestrelL4.Tls;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent;

/// <summary>The last good copy of what the authority gave, in memory and on the disk, and how old it is.</summary>
/// <remarks>What comes is in force at once, whatever the disk says. Written by the agent's loops, read by anybody.</remarks>
/// <param name="cache">The disk.</param>
/// <param name="logger">Where it logs.</param>
/// <param name="time">The node's clock.</param>
internal sealed partial class LastGood(AuthorityCache cache, ILogger<LastGood> logger, TimeProvider time)
{
    private readonly Lock _lock = new();
    private KeptRecord _record = new();
    private X509Certificate2? _root;
    private bool _isRootKept;
    private string? _registrysRoot;
    private string? _identitysRoot;

    /// <summary>What the node has.</summary>
    public Announced<Holding> Holding { get; } = new(new Holding());

    /// <summary>How long the registry has been unconfirmed.</summary>
    public RegistryAge Age { get; } = new(time);

    /// <summary>What is known beside it.</summary>
    public KeptRecord Record => Volatile.Read(ref _record);

    /// <summary>The authority's root as it is known without asking; null = it is not.</summary>
    public X509Certificate2? Root => _root;

    /// <summary>The identity as far as it is of the authority that is asked; it may have expired. Null = there is none.</summary>
    public NodeIdentity? Identity => _identitysRoot == Record.Root ? Holding.Value.Identity : null;

    /// <summary>The version of the registry as far as it is of the authority that is asked; null = there is none.</summary>
    public string? Version => _registrysRoot == Record.Root ? Holding.Value.Registry?.Version : null;

    /// <summary>Takes up what an earlier process kept.</summary>
    public void TakeUp(CachedHolding kept)
    {
        _record = kept.Record;
        _root = kept.Root;
        _identitysRoot = _registrysRoot = kept.Record.Root;
        Holding.Change(_ => kept.Holding);
        if (kept.Age is { } age)
        {
            Age.Set(age);
        }

        if (kept.Holding is { Registry: { } registry })
        {
            Taken(logger, registry.Snapshot.Epoch, registry.Snapshot.Revision, registry.Snapshot.ClientCount, Age.Age);
        }
    }

    /// <summary>The root of the authority that is asked from now on; what another gave stays in force until this one gives its own.</summary>
    public void Use(X509Certificate2 root)
    {
        string pin = CaPin.Of(root).ToString();
        if (_root is null)
        {
            // What was kept under it could not be believed before: an identity that costs a token, and the registry that none may go back behind.
            TakeUp(CachedHolding.ReadUnder(root, cache, time));
        }

        if (pin != Record.Root)
        {
            Change(record => new KeptRecord { Root = pin, Worked = record.Worked });
        }

        if (!_isRootKept || !root.Equals(_root))
        {
            _root = root;
            _isRootKept = true;
            cache.Write(CachePart.Root, Encoding.ASCII.GetBytes(root.ExportCertificatePem() + "\n"));
        }
    }

    /// <summary>Puts an identity in force and keeps it.</summary>
    /// <param name="identity">The identity.</param>
    /// <param name="how">How it came, for the log: joined or renewed.</param>
    /// <returns>Whether it is on the disk.</returns>
    public bool Put(KeptIdentity identity, string how)
    {
        _identitysRoot = Record.Root;
        Holding.Change(held => held with { Identity = identity.Identity, IdentitySource = HoldingSource.Authority });
        InForce(logger, how, identity.Identity.Context.TargetCertificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), identity.Identity.NotAfter);
        return cache.Write(CachePart.Identity, Encoding.ASCII.GetBytes(identity.Pem));
    }

    /// <summary>Puts a registry in force and keeps it.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="seen">What it was made of.</param>
    /// <param name="document">As it was received.</param>
    public void Put(HeldRegistry registry, SeenRegistry seen, byte[] document)
    {
        _registrysRoot = Record.Root;
        Holding.Change(held => held with { Registry = registry });

        // Only now: a registry that was too old must not let anybody in while its successor comes into force.
        Age.Confirm();
        RegistryInForce(logger, seen.Epoch, seen.Revision, registry.Snapshot.ClientCount);
        cache.Write(CachePart.Registry, document);
        Change(record => record with { Seen = seen, Age = new KeptAge(TimeSpan.Zero, time.GetUtcNow()) });
        WriteRecord();
    }

    /// <summary>The authority has confirmed the registry, and knows the node.</summary>
    public void Confirm()
    {
        Age.Confirm();
        Holding.Change(static held => held with
        {
            IdentitySource = HoldingSource.Authority,
            Registry = held.Registry is { } registry ? registry with { Source = HoldingSource.Authority } : null,
        });
    }

    /// <summary>A section of this hash has worked.</summary>
    public void Remember(string worked)
    {
        if (Record.Worked != worked)
        {
            Change(record => record with { Worked = worked });
            WriteRecord();
        }
    }

    /// <summary>Writes down how old the registry is, and when the authority answered last.</summary>
    public void WriteAge(DateTimeOffset? lastContact)
    {
        // Until the root is known, what is on the disk is all that there is.
        if (_root is null)
        {
            return;
        }

        TimeSpan age = Age.Age;
        Change(record => record with
        {
            LastContact = lastContact,
            Age = Version is null || age == TimeSpan.MaxValue ? null : new KeptAge(age, time.GetUtcNow()),
        });
        WriteRecord();
    }

    private void Change(Func<KeptRecord, KeptRecord> next)
    {
        lock (_lock)
        {
            Volatile.Write(ref _record, next(_record));
        }
    }

    private void WriteRecord() => cache.Write(CachePart.Record, Record.Write());

    [LoggerMessage(1, LogLevel.Information, "Registry of epoch {Epoch}, revision {Revision} with {Clients} clients in force from the cache; unconfirmed for {Age}")]
    private static partial void Taken(ILogger logger, long epoch, long revision, int clients, TimeSpan age);

    [LoggerMessage(2, LogLevel.Information, "Identity {How}: node {Node}, until {NotAfter:u}")]
    private static partial void InForce(ILogger logger, string how, string node, DateTimeOffset notAfter);

    [LoggerMessage(3, LogLevel.Information, "Registry of epoch {Epoch}, revision {Revision} with {Clients} clients in force from the authority")]
    private static partial void RegistryInForce(ILogger logger, long epoch, long revision, int clients);
}
