using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Judges who answers: the authority's certificate is signed by its root itself, for serving, in date, for the host that was asked.</summary>
/// <remarks>
/// By the root itself, because every node of the fleet has a certificate under the same root that may serve under the node's own name.
/// </remarks>
/// <param name="root">The root.</param>
/// <param name="time">The clock of dates.</param>
internal sealed class ServerTrust(X509Certificate2 root, TimeProvider time)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int MostNames = 10;

    /// <summary>Judges the certificate of a handshake.</summary>
    /// <exception cref="ContactException">It is not to be trusted, and why.</exception>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        string? problem = certificate is X509Certificate2 shown ? ProblemOf(shown, ((SslStream)sender).TargetHostName) : "shows no certificate";
        return problem is null ? true : throw new ContactException(ContactFault.Misconfigured, problem);
    }

    /// <summary>Why a certificate is not the authority's at a host; null when it is.</summary>
    public string? ProblemOf(X509Certificate2 certificate, string host)
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset notBefore = certificate.NotBefore.ToUniversalTime();
        DateTimeOffset notAfter = certificate.NotAfter.ToUniversalTime();
        return !Certification.IsBy(root, certificate)
                ? $"shows a certificate that the authority's root (pin {CaPin.Of(root)}) has not signed, issued by '{Printable.Line(certificate.Issuer)}': "
                    + "it is another authority or none, or Ca or CaPin names another one's root"
            : !IsForServing(certificate) ? "shows a certificate of the authority's root that is not meant for servers: it is not the authority"
            : now > notAfter ? $"shows a certificate that expired at {notAfter:u}, and now is {now:u} here: the authority renews its own, so compare the clocks"
            : now < notBefore ? $"shows a certificate that is valid from {notBefore:u} only, and now is {now:u} here: compare the clocks"
            : !certificate.MatchesHostname(host.Trim('[', ']'), allowWildcards: true, allowCommonName: false)
                ? $"shows a certificate for {NamesOf(certificate)}: correct the host in Urls, or give the authority that name with --host"
            : null;
    }

    private static bool IsForServing(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(static usage => usage.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(static oid => oid.Value == ServerAuthentication))
        && certificate.Extensions.OfType<X509BasicConstraintsExtension>().All(static constraint => !constraint.CertificateAuthority);

    private static string NamesOf(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension[] extensions = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()];
        string[] names =
        [
            .. extensions.SelectMany(static names => names.EnumerateDnsNames()),
            .. extensions.SelectMany(static names => names.EnumerateIPAddresses()).Select(static address => address.ToString()),
        ];
        return names.Length == 0 ? "no host at all" : Printable.Line(string.Join(", ", names.Take(MostNames))) + (names.Length > MostNames ? ", …" : "") + " alone";
    }
}
