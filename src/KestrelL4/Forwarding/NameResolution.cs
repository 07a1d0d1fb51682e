using System.Collections.Concurrent;
using System.Net;

namespace KestrelL4.Forwarding;

/// <summary>Resolves names for dials: a fresh answer while name servers are well, the last good one at once while they are not.</summary>
/// <remarks>One look-up a name is under way, however many dial; its answer is used for a second.</remarks>
/// <param name="lookUp">Asks the system; may block for long, and runs on threads of its own.</param>
/// <param name="time">The clock of answers.</param>
internal sealed class NameResolution(Func<string, IPAddress[]> lookUp, TimeProvider time)
{
    /// <summary>How long a dial waits for a look-up when it has an older answer, once: then the name counts as ailing until one is as fast.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, NameLookUp> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The system's resolver, shared by all applications of the process as the system shares it.</summary>
    public static NameResolution Shared { get; } = new(Dns.GetHostAddresses, TimeProvider.System);

    /// <summary>The addresses to dial: fresh ones, unless that would take long and there are older ones.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before a first answer came.</exception>
    public async ValueTask<NameAnswer> ResolveAsync(string name, CancellationToken ending)
    {
        NameLookUp known = Of(name);
        NameAnswer? former = known.LastGood;
        Task<NameAnswer> answer = known.AskAsync();
        if (former is null || answer.IsCompleted)
        {
            return await answer.WaitAsync(ending).ConfigureAwait(false);
        }

        if (known.IsAiling)
        {
            return former;
        }

        try
        {
            return await answer.WaitAsync(Patience, time, ending).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            known.IsAiling = true;
            return former;
        }
    }

    /// <summary>The answer of a look-up that has just ended or is under way, or begins now; a name server may keep it waiting for long.</summary>
    public Task<NameAnswer> LookUpAsync(string name) => Of(name).AskAsync();

    private NameLookUp Of(string name) => _names.GetOrAdd(name, key => new NameLookUp(key, lookUp, time));
}
