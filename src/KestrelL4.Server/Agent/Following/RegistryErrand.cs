using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Server.Agent.Caches;
using KestrelL4.Server.Agent.Contact;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent.Following;

/// <summary>Brings the registry up to date, and never back.</summary>
/// <param name="client">The authority.</param>
/// <param name="lastGood">What the node has.</param>
/// <param name="standing">Is told what is wrong with a registry.</param>
/// <param name="logger">Where it logs.</param>
/// <param name="time">The node's clock.</param>
internal sealed partial class RegistryErrand(
    AuthorityClient client, LastGood lastGood, Standing standing, ILogger<RegistryErrand> logger, TimeProvider time)
{
    private const int MostOdditiesTold = 5;

    // Between the loop that fetches and the one that listens.
    private readonly Lock _lock = new();
    private readonly Backoff _backoff = new(time);
    private bool _isUnverified;
    private string? _refused;
    private string? _rolledBack;

    /// <summary>How long until a registry that could not be verified is fetched again; null = there is none.</summary>
    public TimeSpan? UntilRetry
    {
        get
        {
            lock (_lock)
            {
                return _isUnverified ? _backoff.Left : null;
            }
        }
    }

    /// <summary>Asks for the registry and takes what may be taken. Null = the authority answered.</summary>
    public async Task<ContactFailure?> FetchAsync(X509Certificate2 root, CancellationToken cancellation)
    {
        // One that has gone back stays so: that it is offered still is all there is to ask.
        string? known = _rolledBack ?? lastGood.Version;
        Contact<RegistryAnswer> contact = await client.FetchRegistryAsync(known, cancellation).ConfigureAwait(false);
        if (contact.Answer is not { } answer)
        {
            return contact.Failure;
        }

        lock (_lock)
        {
            if (answer.Document is { } document)
            {
                Take(document, answer.Version, root);
            }
            else if (known == lastGood.Version)
            {
                Confirm();
            }
        }

        return null;
    }

    /// <summary>Takes note of which registry is in force. Gives whether it must be fetched.</summary>
    public bool Hear(RegistryNews news)
    {
        lock (_lock)
        {
            if (news.Version == lastGood.Version)
            {
                Confirm();
                return false;
            }

            return news.Version != _refused;
        }
    }

    private void Confirm()
    {
        Forget();
        lastGood.Confirm();
    }

    private void Forget()
    {
        _refused = null;
        _rolledBack = null;
        _isUnverified = false;
        _backoff.Reset();
        standing.TellRegistry(null);
    }

    private void Take(byte[] document, string version, X509Certificate2 root)
    {
        if (!new SnapshotVerifier(root).TryVerify(document, time.GetUtcNow(), out Snapshot? snapshot, out string? refusal))
        {
            // It is to be fetched whole again, whatever was offered before it.
            _rolledBack = null;
            _isUnverified = true;
            _backoff.Fail();
            Refuse(version, $"the snapshot is refused: {refusal}");
            return;
        }

        if (lastGood.Record.Seen?.ProblemOf(snapshot) is { } problem)
        {
            _rolledBack = version;
            _isUnverified = false;
            _backoff.Reset();
            Refuse(version, problem);
            return;
        }

        Forget();
        if (snapshot.Version == lastGood.Version)
        {
            lastGood.Confirm();
            return;
        }

        HeldRegistry registry = RegistryConversion.Convert(snapshot, root, HoldingSource.Authority, out IReadOnlyList<string> oddities);
        lastGood.Put(registry, SeenRegistry.Of(snapshot), document);
        if (oddities.Count > 0)
        {
            Odd(logger, oddities.Count, string.Join("; ", oddities.Take(MostOdditiesTold)));
        }
    }

    private void Refuse(string version, string problem)
    {
        _refused = version;
        standing.TellRegistry(problem);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} entries of the registry make no sense and are left out; these are the first: {Oddities}")]
    private static partial void Odd(ILogger logger, int count, string oddities);
}
