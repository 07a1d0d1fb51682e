using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Agent.Following;
using KestrelL4.Server.Agent.Identities;
using KestrelL4.Server.Configuration;
using KestrelL4.Tls;

namespace KestrelL4.Server.Agent.Caches;

/// <summary>What an earlier process kept and this one believes.</summary>
/// <param name="Record">What it knew beside it.</param>
/// <param name="Holding">Identity and registry, each where it can be believed.</param>
/// <param name="Age">How old the registry is; null = there is none.</param>
/// <param name="Root">The authority's root; null = it is not known yet, so nothing is believed.</param>
internal sealed record CachedHolding(KeptRecord Record, Holding Holding, TimeSpan? Age, X509Certificate2? Root)
{
    /// <summary>Reads the cache; what is missing, garbled, foreign or of another authority is as if it were not there, and is told.</summary>
    /// <param name="configuration">By what the root is known.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="time">The clock of validity and age.</param>
    public static CachedHolding Read(AuthorityConfiguration configuration, AuthorityCache cache, TimeProvider time) =>
        RootOf(configuration, cache) is { } root ? ReadUnder(root, cache, time) : new CachedHolding(RecordIn(cache), new Holding(), null, null);

    /// <summary>Reads the cache where the root is known, be it from elsewhere.</summary>
    /// <param name="root">The authority's root.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="time">The clock of validity and age.</param>
    public static CachedHolding ReadUnder(X509Certificate2 root, AuthorityCache cache, TimeProvider time)
    {
        KeptRecord record = RecordIn(cache);
        string pin = CaPin.Of(root).ToString();
        record = record.Root == pin ? record : new KeptRecord { Root = pin, Worked = record.Worked };
        NodeIdentity? identity = IdentityIn(cache, root);
        (HeldRegistry Held, Snapshot Snapshot)? registry = RegistryIn(cache, root, record.Seen, time);
        var holding = new Holding { Identity = identity, IdentitySource = HoldingSource.Cache, Registry = registry?.Held };
        DateTimeOffset now = time.GetUtcNow();

        // Without a record its age is that of its signature: it was confirmed later, but nobody knows when.
        TimeSpan? age = registry is not { } kept ? null : record.Age?.Now(now) ?? new KeptAge(TimeSpan.Zero, kept.Snapshot.IssuedAt).Now(now);
        return new CachedHolding(registry is { } newest ? record with { Seen = SeenRegistry.Of(newest.Snapshot) } : record, holding, age, root);
    }

    private static KeptRecord RecordIn(AuthorityCache cache)
    {
        if (cache.Read(CachePart.Record) is not { } content)
        {
            return new KeptRecord();
        }

        if (KeptRecord.TryRead(content, out KeptRecord? record))
        {
            return record;
        }

        cache.Refuse($"'{cache.PathOf(CachePart.Record)}' is no record of this version");
        return new KeptRecord();
    }

    // From the file that the configuration names, or the kept one if it matches the pin.
    private static X509Certificate2? RootOf(AuthorityConfiguration configuration, AuthorityCache cache)
    {
        if (configuration.Ca is { } path)
        {
            Contact<X509Certificate2> read = RootFile.Read(path);
            if (read.Failure is { } failure)
            {
                cache.Refuse(failure.Sentence);
            }

            return read.Answer;
        }

        if (cache.Read(CachePart.Root) is not { } content)
        {
            return null;
        }

        X509Certificate2? root = RootFile.Parse(Encoding.UTF8.GetString(content), out string problem);
        if (root is not null && CaPin.Of(root) != configuration.CaPin)
        {
            problem = "does not match KestrelL4:Authority:CaPin";
            root = null;
        }

        if (root is null)
        {
            cache.Refuse($"'{cache.PathOf(CachePart.Root)}' {problem}");
        }

        return root;
    }

    private static NodeIdentity? IdentityIn(AuthorityCache cache, X509Certificate2 root)
    {
        if (cache.Read(CachePart.Identity) is not { } content)
        {
            return null;
        }

        if (KeptIdentity.Read(content, root, out string problem) is { } identity)
        {
            return identity;
        }

        cache.Refuse($"'{cache.PathOf(CachePart.Identity)}' {problem}");
        return null;
    }

    private static (HeldRegistry Held, Snapshot Snapshot)? RegistryIn(AuthorityCache cache, X509Certificate2 root, SeenRegistry? seen, TimeProvider time)
    {
        if (cache.Read(CachePart.Registry) is not { } document)
        {
            return null;
        }

        string? problem = null;
        if (new SnapshotVerifier(root).TryVerify(document, time.GetUtcNow(), out Snapshot? snapshot, out string? refusal))
        {
            problem = seen?.ProblemOf(snapshot);
        }

        if ((refusal ?? problem) is { } reason)
        {
            cache.Refuse($"'{cache.PathOf(CachePart.Registry)}' is refused: {reason}");
            return null;
        }

        return (RegistryConversion.Convert(snapshot!, root, HoldingSource.Cache, out _), snapshot!);
    }
}
