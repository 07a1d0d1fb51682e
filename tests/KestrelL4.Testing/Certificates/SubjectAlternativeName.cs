using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Testing.Certificates;

/// <summary>The extension that names hosts and addresses.</summary>
internal static class SubjectAlternativeName
{
    /// <summary>The extension for host names and IP addresses, told apart by their form.</summary>
    public static X509Extension Of(IEnumerable<string> hosts)
    {
        SubjectAlternativeNameBuilder builder = new();
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(host);
            }
        }

        return builder.Build();
    }
}
