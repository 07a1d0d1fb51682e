using System.Text.RegularExpressions;

namespace KestrelL4.Server.Configuration.Values;

/// <summary>How names of one kind are formed.</summary>
/// <param name="Form">What every such name matches.</param>
/// <param name="Allowed">The form in words.</param>
internal sealed partial record NameRule(Regex Form, string Allowed)
{
    /// <summary>Names of applications and upstreams: they stand in metrics and addresses.</summary>
    public static NameRule Label { get; } = new(
        LabelForm(), "a name has 1 to 63 of a-z, 0-9 and -, and neither begins nor ends with -");

    /// <summary>Names of client authorities: like labels, but never to be taken for the serial number that follows them.</summary>
    public static NameRule ClientAuthority { get; } = new(
        ClientAuthorityForm(),
        "a name has 1 to 63 of a-z, 0-9 and -, neither begins nor ends with -, is no hexadecimal number, and is not 'authority'");

    /// <summary>Names of clients.</summary>
    public static NameRule Client { get; } = new(ClientForm(), "a client's name has 1 to 128 of A-Z, a-z, 0-9 and . _ @ -");

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex LabelForm();

    [GeneratedRegex(@"\A(?!(0x)?[0-9a-f]+\z)(?!authority\z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex ClientAuthorityForm();

    [GeneratedRegex(@"\A[A-Za-z0-9._@-]{1,128}\z")]
    private static partial Regex ClientForm();
}
