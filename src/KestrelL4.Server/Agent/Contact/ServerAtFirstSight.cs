using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Who answers while the root is not known yet: taken as it is, for a question without secrets, and judged afterwards.</summary>
internal sealed class ServerAtFirstSight
{
    private byte[]? _certificate;
    private string _host = "";

    /// <summary>Keeps the certificate of a handshake.</summary>
    public bool Keep(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _host = ((SslStream)sender).TargetHostName;
        _certificate = certificate?.GetRawCertData();
        return _certificate is not null;
    }

    /// <summary>Why it is not the authority; null when it is.</summary>
    public string? ProblemUnder(ServerTrust trust)
    {
        if (_certificate is null)
        {
            return "shows no certificate";
        }

        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(_certificate);
        return trust.ProblemOf(certificate, _host);
    }
}
