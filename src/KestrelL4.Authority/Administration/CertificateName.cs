using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using KestrelL4.Authority.Pki;

namespace KestrelL4.Authority.Administration;

/// <summary>A client's certificate as an operator names it: <c>main:5F3A01</c>, or the serial number alone for one of this authority.</summary>
/// <param name="ClientAuthority">The client authority in lower case; null when it was not named.</param>
/// <param name="SerialNumber">The serial number.</param>
internal sealed partial record CertificateName(string? ClientAuthority, SerialNumber SerialNumber)
{
    /// <summary>The name under which every node knows this authority's own issuer of clients.</summary>
    public const string OwnAuthority = "authority";

    /// <summary>What is allowed, as an operator reads it.</summary>
    public const string Rule =
        "write NAME:SERIAL with the name of a client authority, such as main:5F3A01, or the serial number alone for a certificate of this authority; "
        + SerialNumber.Rule;

    /// <summary>The certificate's id, <c>AUTHORITY:SERIAL</c>, in the one form in which it is kept.</summary>
    public string Id => IdOf(ClientAuthority ?? OwnAuthority, SerialNumber);

    /// <summary>The id of a certificate.</summary>
    public static string IdOf(string clientAuthority, SerialNumber serialNumber) => $"{clientAuthority}:{serialNumber}";

    /// <summary>The client authority of an id.</summary>
    public static string AuthorityOf(string id) => id[..id.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>Reads a name; colons within a serial number do not matter.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CertificateName? name)
    {
        Match match = Form().Match(text.Trim());
        string? authority = match.Groups["authority"] is { Success: true } found ? found.Value.ToLowerInvariant() : null;
        name = match.Success && SerialNumber.TryParse(match.Groups["serial"].Value, out SerialNumber? serialNumber)
            ? new CertificateName(authority, serialNumber)
            : null;
        return name is not null;
    }

    /// <summary>Whether a client authority may bear a name: never to be taken for a serial number.</summary>
    public static bool IsClientAuthority(string text) => AuthorityForm().IsMatch(text);

    [GeneratedRegex(@"\A(?:(?!(?:0x)?[0-9a-f]+:)(?<authority>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):)?(?<serial>[0-9a-fx: ]+)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Form();

    [GeneratedRegex(@"\A(?!(?:0x)?[0-9a-f]+\z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.IgnoreCase)]
    private static partial Regex AuthorityForm();
}
