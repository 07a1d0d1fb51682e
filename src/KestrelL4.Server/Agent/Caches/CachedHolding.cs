using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Server.Agent.Following;
using KestrelL4.Server.Agent.Identities;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Tls;

namespace KestrelL4.Server.Agent.Caches;

/// <summary>What an earlier process kept and this one believes.</summary>
/// <param name="Record">What it knew beside it.</param>
/// <param name="Holding">Identity and registry, each where it can be believed.</param>
/// <param name="Age">How old the registry is; null = there is none.</param>
internal sealed record CachedHolding(KeptRecord Record, Holding Holding, TimeSpan? Age)
{
    private const int MostRootBytes = 1024 * 1024;

    /// <summary>Reads the cache; what is missing, garbled, foreign or of another authority is as if it were not there, and is told.</summary>
    /// <param name="configuration">By what the root is known.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="time">The clock of validity and age.</param>
    public static CachedHolding Read(AuthorityConfiguration configuration, AuthorityCache cache, TimeProvider time)
    {
        KeptRecord record = RecordIn(cache);
        if (RootOf(configuration, cache) is not { } root)
        {
            return new CachedHolding(record with { Root = null, Seen = null, Age = null }, new Holding(), null);
        }

        string pin = CaPin.Of(root).ToString();
        record = record.Root == pin ? record : new KeptRecord { Root = pin, Worked = record.Worked };
        NodeIdentity? identity = IdentityIn(cache, root);
        (HeldRegistry Held, Snapshot Snapshot)? registry = RegistryIn(cache, root, record.Seen, time);
        var holding = new Holding { Identity = identity, IdentitySource = HoldingSource.Cache, Registry = registry?.Held };
        DateTimeOffset now = time.GetUtcNow();

        // Without a record its age is that of its signature: it was confirmed later, but nobody knows when.
        TimeSpan? age = registry is not { } kept ? null : record.Age?.Now(now) ?? new KeptAge(TimeSpan.Zero, kept.Snapshot.IssuedAt).Now(now);
        return new CachedHolding(registry is { } newest ? record with { Seen = SeenRegistry.Of(newest.Snapshot) } : record, holding, age);
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
        try
        {
            byte[]? pem = configuration.Ca is { } path ? BoundedFile.Read(path, MostRootBytes) : cache.Read(CachePart.Root);
            var root = pem is null ? null : X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(pem));
            if (root is null || configuration.CaPin is null || CaPin.Of(root) == configuration.CaPin)
            {
                return root;
            }

            cache.Refuse($"the root in '{cache.PathOf(CachePart.Root)}' does not match KestrelL4:Authority:CaPin");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            cache.Refuse($"the authority's root in '{configuration.Ca ?? cache.PathOf(CachePart.Root)}' cannot be read ({exception.Message})");
        }

        return null;
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
