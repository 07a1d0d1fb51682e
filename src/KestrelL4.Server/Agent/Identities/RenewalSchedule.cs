using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Server.Agent.Identities;

/// <summary>When an identity is to be renewed.</summary>
internal static class RenewalSchedule
{
    private const double From = 1.0 / 3;
    private const double Spread = 1.0 / 30;

    /// <summary>A third of its life after its beginning, and up to a thirtieth later: by the certificate, so that a fleet is spread out.</summary>
    public static DateTimeOffset DueFor(X509Certificate2 certificate)
    {
        DateTimeOffset begin = certificate.NotBefore.ToUniversalTime();
        TimeSpan life = certificate.NotAfter.ToUniversalTime() - begin;
        return begin + (life * (From + (Spread * certificate.GetCertHash()[0] / byte.MaxValue)));
    }
}
