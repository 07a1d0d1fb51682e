using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Forwarding;
using KestrelL4.ProxyProtocol;
using KestrelL4.Server.Configuration;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Probing;

/// <summary>Asks an upstream whether it works, over a connection of its own.</summary>
/// <param name="time">The clock of the time-outs.</param>
internal sealed class Prober(TimeProvider time)
{
    private readonly UpstreamDialer _dialer = new(time, NameResolution.Shared);

    /// <summary>Asks once; the answer is told, never thrown.</summary>
    /// <param name="upstream">Whom to ask.</param>
    /// <param name="check">What to ask.</param>
    /// <param name="header">The PROXY header that its port expects; another port is sent none.</param>
    /// <param name="ending">Ends the probe, which then tells nothing.</param>
    public async Task<ProbeResult> ProbeAsync(Upstream upstream, ActiveCheckConfiguration check, ProxyHeaderVersion header, CancellationToken ending)
    {
        using CancellationTokenSource deadline = new(TimerBounds.Bound(check.Timeout), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ending);
        Upstream probed = AsProbed(upstream, check);
        ReadOnlyMemory<byte> greeting = probed.Address.Equals(upstream.Address) ? ProxyGreeting.Local(header) : default;
        Dial dial = await _dialer.DialAsync(probed, greeting, check.Timeout, either.Token).ConfigureAwait(false);
        await using RelayEnd? end = dial.End;
        string? problem = end is null
            ? dial.Problem ?? dial.Result.Word()
            : await FindProblemAsync(end, check, probed, either.Token).ConfigureAwait(false);
        return ending.IsCancellationRequested || dial.Result == DialResult.LocalError ? new ProbeResult(ProbeOutcome.Unknown)
            : problem is null ? new ProbeResult(ProbeOutcome.Succeeded)
            : new ProbeResult(ProbeOutcome.Failed, $"{check.Probe.ToString().ToLowerInvariant()} probe: {(deadline.IsCancellationRequested ? DialResult.Timeout.Word() : problem)}");
    }

    // One of its own, so that a probe is not counted among the upstream's dials.
    private static Upstream AsProbed(Upstream upstream, ActiveCheckConfiguration check) => new(upstream.Name, AddressOf(upstream.Address, check.Port))
    {
        Host = upstream.Host,
        Tls = check.Probe.IsTls() ? upstream.Tls : null,
    };

    private static EndPoint AddressOf(EndPoint address, int? other) => (address, other) switch
    {
        (IPEndPoint ip, { } port) => new IPEndPoint(ip.Address, port),
        (DnsEndPoint name, { } port) => new DnsEndPoint(name.Host, port, name.AddressFamily),
        _ => address,
    };

    private static async Task<string?> FindProblemAsync(RelayEnd end, ActiveCheckConfiguration check, Upstream upstream, CancellationToken ending)
    {
        await using CancellationTokenRegistration cut = ending.Register(end.Abort);
        RelayEndStream stream = new(end);
        try
        {
            // Where the dial has spoken TLS already, with what the operator wrote for it, that was the handshake.
            return check.Probe.IsTls() && end is not TlsRelayEnd
                ? await FindProblemOverTlsAsync(stream, check, upstream, ending).ConfigureAwait(false)
                : check.Probe.IsHttp() ? await HttpExchange.FindProblemAsync(stream, check, upstream).ConfigureAwait(false) : null;
        }
        catch (AuthenticationException exception)
        {
            return TlsFailure.Describe(exception);
        }
        catch (Exception exception) when (RelayEnd.IsBroken(exception))
        {
            return "the connection broke";
        }
    }

    private static async Task<string?> FindProblemOverTlsAsync(
        RelayEndStream stream, ActiveCheckConfiguration check, Upstream upstream, CancellationToken ending)
    {
        SslStream tls = new(stream, leaveInnerStreamOpen: true);
        await using (tls.ConfigureAwait(false))
        {
            await tls.AuthenticateAsClientAsync(OptionsFor(check, upstream), ending).ConfigureAwait(false);
            string? problem = check.Probe.IsHttp() ? await HttpExchange.FindProblemAsync(tls, check, upstream).ConfigureAwait(false) : null;
            await TryShutdownAsync(tls).ConfigureAwait(false);
            return problem;
        }
    }

    // Most servers are faster, since they were asked to close: the answer stands all the same.
    private static async Task TryShutdownAsync(SslStream tls)
    {
        try
        {
            await tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (RelayEnd.IsBroken(exception))
        {
            return;
        }
    }

    private static SslClientAuthenticationOptions OptionsFor(ActiveCheckConfiguration check, Upstream upstream) => new()
    {
        TargetHost = upstream.Host,
        ApplicationProtocols = check.Probe.IsHttp() ? [SslApplicationProtocol.Http11] : null,

        // A chain is built before anybody is asked, and by default whatever address the certificate names is fetched for it.
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },

        // Nothing secret is said, and the connections of clients go there without TLS: whether it answers is all that is asked.
#pragma warning disable CA5359 // A probe trusts nobody: see above.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };
}
