using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Tls;

/// <summary>Says what is wrong with an upstream's certificate, so that an operator knows what to mend.</summary>
internal static class UpstreamCertificateFault
{
    // A certificate may bear any number of names, each of any length.
    private const int MostNames = 5;
    private const int LongestText = 100;

    /// <summary>Every fault, the gravest first; null = there is none.</summary>
    public static string? Of(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string name, TimeProvider time)
    {
        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (certificate is null || chain is null)
        {
            return "it showed no certificate";
        }

        List<string> faults = [];
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            faults.Add(OfChain(certificate, chain, time));
        }

        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
        {
            faults.Add($"name mismatch: the certificate is for {NamesOf(certificate)}, not for '{name}'");
        }

        return faults.Count > 0 ? string.Join("; ", faults) : $"the certificate was not accepted ({errors})";
    }

    // A date matters only where the signature holds.
    private static string OfChain(X509Certificate2 certificate, X509Chain chain, TimeProvider time)
    {
        const X509ChainStatusFlags Dates = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;
        const X509ChainStatusFlags Usage = X509ChainStatusFlags.NotValidForUsage;
        X509ChainStatusFlags faults = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, status) => all | status.Status);
        X509ChainStatusFlags others = faults & ~(Dates | Usage);
        const X509ChainStatusFlags NoAnchor = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        return others != 0
            ? (others & ~NoAnchor) == 0
                ? $"untrusted: its certificate, issued by '{Bounded(certificate.Issuer)}', leads to no trusted anchor"
                : $"untrusted: the chain of its certificate is not valid ({others})"
            : (faults & Dates) != 0 ? OfDates(chain, time)
            : "wrong usage: its certificate is not for servers, the extended key usage lacks server authentication";
    }

    private static string OfDates(X509Chain chain, TimeProvider time)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        foreach (X509Certificate2 certificate in chain.ChainElements.Select(static element => element.Certificate))
        {
            DateTime begin = certificate.NotBefore.ToUniversalTime();
            DateTime end = certificate.NotAfter.ToUniversalTime();
            if (end <= now || begin > now)
            {
                string whose = certificate.Equals(chain.ChainElements[0].Certificate) ? "its certificate" : $"'{Bounded(certificate.Subject)}'";
                return end <= now ? $"{whose} expired on {end:u}" : $"{whose} is not valid before {begin:u}";
            }
        }

        return "its certificate is not in date";
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        try
        {
            string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(static extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(static address => address.ToString())))
                .Select(static name => $"'{Bounded(name)}'")];
            return names.Length == 0 ? $"'{Bounded(certificate.Subject)}'"
                : names.Length <= MostNames ? string.Join(", ", names)
                : $"{string.Join(", ", names.Take(MostNames))} and {names.Length - MostNames} more";
        }
        catch (CryptographicException)
        {
            return "names that cannot be read";
        }
    }

    // What a peer says of itself goes into one line of a log.
    private static string Bounded(string text) =>
        new([.. text.Take(LongestText).Select(static letter => char.IsControl(letter) || letter == '\'' ? '?' : letter)]);
}
