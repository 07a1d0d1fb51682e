using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Authority.Pki;

/// <summary>A small CA on files, for those who have none: makes it, issues from it, revokes. ECDSA P-256 throughout.</summary>
/// <param name="path">The directory that holds its files; created when absent.</param>
/// <param name="clock">Tells when validity begins.</param>
internal sealed class FilePki(string path, TimeProvider clock)
{
    private readonly PkiDirectory _directory = new(path);

    /// <summary>Makes the CA and its first, empty revocation list, both valid for 1 to <see cref="Validity.MaxDays"/> days.</summary>
    public PkiAnswer Initialize(int days)
    {
        Validity validity = Validity.StartingAt(clock.GetUtcNow(), days);
        IssuedCertificate issued = CertificateAuthority.Create(validity);
        using var authority = new CertificateAuthority(X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem));
        PkiFile[] files =
        [
            PkiFile.Secret(_directory.AuthorityKey, issued.KeyPem),
            PkiFile.Public(_directory.AuthorityCertificate, issued.CertificatePem),
            PkiFile.Public(_directory.RevocationList, RevocationList.Empty(authority, validity).Pem),
        ];
        return _directory.TryCreate(files, out string? refusal)
            ? PkiAnswer.Done(
                issued.SerialNumber,
                $"CA valid until {validity.NotAfter:u}",
                $"  {_directory.AuthorityCertificate}  its certificate: for ClientAuthorities, and for clients to know the node by",
                $"  {_directory.AuthorityKey}  its key: whoever reads it can be any client",
                $"  {_directory.RevocationList}  its revocation list: for ClientAuthorities")
            : PkiAnswer.Refused(refusal);
    }

    /// <summary>Issues the node's certificate for one or more hosts, for 1 to <see cref="Validity.MaxDays"/> days.</summary>
    public PkiAnswer IssueServer(IReadOnlyList<HostName> hosts, int days) =>
        Issue("server", CertificatePurpose.Server(hosts), days, _ => [$"Hosts: {string.Join(", ", hosts.Distinct())}"]);

    /// <summary>Issues a client's certificate, for 1 to <see cref="Validity.MaxDays"/> days, and says how to register it.</summary>
    public PkiAnswer IssueClient(ClientName name, int days) =>
        Issue(name.Text, CertificatePurpose.Client(name), days, serialNumber =>
        [
            "For Clients in the configuration (\"*\" grants every application; better name those it needs):",
            $"  \"{name}\": {{ \"SerialNumbers\": [\"{serialNumber}\"], \"Applications\": [\"*\"] }}",
        ]);

    /// <summary>
    /// Adds a serial number to the revocation list. One that is listed already keeps its entry, and the list is only issued
    /// again: so a list that nears its end is renewed.
    /// </summary>
    public PkiAnswer Revoke(SerialNumber serialNumber, int days)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (!TryReadAuthority(now, out CertificateAuthority? authority, out string? refusal))
        {
            return PkiAnswer.Refused(refusal);
        }

        using (authority)
        {
            if (authority.SerialNumber == serialNumber)
            {
                return PkiAnswer.Refused(
                    $"{serialNumber} is the CA's own, which no list of its own can revoke; make a new CA in another directory");
            }

            if (!FileReplacement.TryBegin(_directory.RevocationList, out FileReplacement? replacement, out refusal))
            {
                return PkiAnswer.Refused(refusal);
            }

            using (replacement)
            {
                return Revoke(serialNumber, Validity.StartingAt(now, days), now, authority, replacement);
            }
        }
    }

    private PkiAnswer Revoke(
        SerialNumber serialNumber, Validity wanted, DateTimeOffset now, CertificateAuthority authority, FileReplacement replacement)
    {
        string list = _directory.RevocationList;
        string current = File.ReadAllText(list);
        if (!RevocationList.IsSignedBy(authority, current))
        {
            return PkiAnswer.Refused(
                $"{list} is not a revocation list in PEM that {_directory.AuthorityCertificate} has signed; restore the file");
        }

        bool listed = RevocationList.Lists(current, serialNumber);
        RevocationList next = listed
            ? RevocationList.After(current, authority, wanted)
            : RevocationList.After(current, authority, wanted, serialNumber, now);
        replacement.Complete(next.Pem);
        string holder = _directory.FindCertificate(serialNumber)
            ?? $"no certificate in {path} has it: compare it with the one that is meant";
        return PkiAnswer.Done(
            serialNumber,
            $"{(listed ? "Was revoked already" : "Revoked")}: {serialNumber} ({holder})",
            $"{list} is now number {next.Number}, valid until {next.Validity.NotAfter:u}");
    }

    private PkiAnswer Issue(string name, CertificatePurpose purpose, int days, Func<SerialNumber, string[]> advice)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (!TryReadAuthority(now, out CertificateAuthority? authority, out string? refusal))
        {
            return PkiAnswer.Refused(refusal);
        }

        using (authority)
        {
            Validity wanted = Validity.StartingAt(now, days);
            IssuedCertificate issued = authority.Issue(purpose, wanted);
            PkiFile key = PkiFile.Secret(_directory.KeyOf(name), issued.KeyPem);
            PkiFile certificate = PkiFile.Public(_directory.CertificateOf(name), issued.CertificatePem);
            if (!_directory.TryCreate([key, certificate], out refusal))
            {
                return PkiAnswer.Refused(refusal);
            }

            string cut = issued.Validity.NotAfter < wanted.NotAfter ? $", the end of its CA, not for {days} days" : "";
            return PkiAnswer.Done(
                issued.SerialNumber,
                [
                    $"Serial number: {issued.SerialNumber}",
                    $"Valid until {issued.Validity.NotAfter:u}{cut}",
                    $"Files: {certificate.Path}, {key.Path}",
                    .. advice(issued.SerialNumber),
                ]);
        }
    }

    private bool TryReadAuthority(
        DateTimeOffset now, [NotNullWhen(true)] out CertificateAuthority? authority, [NotNullWhen(false)] out string? refusal) =>
        CertificateAuthorityReader.TryRead(_directory.AuthorityCertificate, _directory.AuthorityKey, now, out authority, out refusal);
}
