using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Pki;

namespace KestrelL4.Authority.Identities;

/// <summary>The authority's own server certificate, signed by the root itself; its key never leaves the process.</summary>
/// <param name="root">The root.</param>
/// <param name="hosts">The names and addresses under which nodes reach the authority.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class ServerIdentity(CertificateAuthority root, IReadOnlyList<HostName> hosts, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3);

    private readonly Lock _lock = new();
    private SslStreamCertificateContext? _context;
    private DateTimeOffset _madeAt;

    /// <summary>The certificate for a handshake now: made anew where a third of the life of the last one has passed, or the clock was set back.</summary>
    public SslStreamCertificateContext Current()
    {
        lock (_lock)
        {
            TimeSpan age = time.GetUtcNow() - _madeAt;
            if (_context is null || age > Lifetime / 3 || age < TimeSpan.Zero)
            {
                _context = Make();
            }

            return _context;
        }
    }

    // The one before is left to the collector: a handshake under way may still use it. It begins long before now, so that a node
    // whose clock is a day behind ours still finds the authority.
    private SslStreamCertificateContext Make()
    {
        DateTimeOffset now = time.GetUtcNow();
        IssuedCertificate issued = root.Issue(
            CertificatePurpose.Server(hosts), Validity.StartingAt(now, Lifetime) with { NotBefore = now - Lifetime });
        _madeAt = now;
        return SslStreamCertificateContext.Create(
            X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem), additionalCertificates: null, offline: true);
    }
}
