using KestrelL4.Forwarding;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Discovery;
using KestrelL4.Server.Sources;
using KestrelL4.Upstreams;

namespace KestrelL4.Server;

/// <summary>Finds the upstreams that cannot be reached, each address of those that are expanded.</summary>
/// <param name="reading">What the operator wrote.</param>
/// <param name="files">How TLS is spoken with them; null = some file is broken, so that only the plain ones can be dialled.</param>
/// <param name="time">The clock of dials.</param>
internal sealed class UpstreamCheck(ConfigurationReading reading, NodeFiles? files, TimeProvider time)
{
    private readonly UpstreamDialer _dialer = new(time, NameResolution.Shared);

    /// <summary>Dials all of them at once; one line for each that fails.</summary>
    public async Task<IEnumerable<string>> FindAsync(CancellationToken cancellation)
    {
        string?[][] findings = await Task.WhenAll(
            from application in reading.Understood.Applications
            from upstream in application.Value.Upstreams
            where files is not null || (upstream.Value.Tls ?? application.Value.UpstreamTls) is null
            select FindAsync(
                application.Key,
                new UpstreamEntry(upstream.Key, upstream.Value, files?.UpstreamTlsOf(application.Key, upstream.Key)),
                application.Value.Timeouts.Connect,
                cancellation)).ConfigureAwait(false);
        return findings.SelectMany(static each => each).OfType<string>();
    }

    private async Task<string?[]> FindAsync(string application, UpstreamEntry entry, TimeSpan timeout, CancellationToken cancellation)
    {
        ExpandedName known = ExpandedName.Unknown;
        if (entry.Host is { } host)
        {
            known = await LookUpAsync(host, timeout, cancellation).ConfigureAwait(false);
            if (known.Addresses.Count == 0)
            {
                return [Finding(application, entry, $"{host}: {known.Problem}", "correct the name, or mend the name server")];
            }
        }

        // The same upstreams as a node would have, of an application that nobody uses.
        IEnumerable<Upstream> upstreams = entry.UpstreamsOf(new Application(application, []), known);
        return await Task.WhenAll(upstreams.Select(upstream => FindAsync(application, entry, upstream, timeout, cancellation))).ConfigureAwait(false);
    }

    private static async Task<ExpandedName> LookUpAsync(string host, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            return ExpandedName.Of(await NameResolution.Shared.LookUpAsync(host).WaitAsync(timeout, cancellation).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            return new ExpandedName([], "no name server answered in time");
        }
    }

    private async Task<string?> FindAsync(
        string application, UpstreamEntry entry, Upstream upstream, TimeSpan timeout, CancellationToken cancellation)
    {
        Dial dial = await _dialer.DialAsync(upstream, default, timeout, cancellation).ConfigureAwait(false);
        await using RelayEnd? end = dial.End;
        string address = UpstreamAddress.Text(upstream.Address);
        if (end is null)
        {
            string problem = dial.Problem is null ? "" : $" ({dial.Problem})";
            string allowed = dial.Result == DialResult.TlsFailed ? "correct UpstreamTls, or the upstream's certificate" : "start it, or correct the address";
            return Finding(application, entry, $"{address} was not reached: {dial.Result.Word()}{problem}", allowed);
        }

        return upstream.Tls is not null && await TlsRefusal.AwaitAsync(end, time).ConfigureAwait(false) is { } refusal
            ? Finding(application, entry, $"{address} was not reached: {DialResult.TlsFailed.Word()} ({refusal})", "correct UpstreamTls, or whom the upstream trusts")
            : null;
    }

    private string Finding(string application, UpstreamEntry entry, string problem, string allowed)
    {
        string keyPath = $"KestrelL4:Applications:{application}:Upstreams:{entry.Name}:Address";
        return new ConfigurationError(keyPath, reading.SourceOf(keyPath), problem, allowed).ToString();
    }
}
