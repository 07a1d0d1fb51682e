namespace KestrelL4.FunctionalTests;

/// <summary>The files of <c>kestrell4 pki</c>, as the real command writes them and openssl reads them.</summary>
public sealed class PkiTests : IDisposable
{
    private const string OpenSsl = "openssl";

    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [RequiresToolTheory(OpenSsl)]
    [InlineData("server", "sslserver", "sslclient")]
    [InlineData("alice", "sslclient", "sslserver")]
    public async Task Issue_Certificate_ServesItsOwnPurposeOnly(string name, string purpose, string otherPurpose)
    {
        await MakeEverything();

        await Succeed(OpenSsl, "verify", "-x509_strict", "-CAfile", "pki/ca.crt", "-purpose", purpose, $"pki/{name}.crt");
        ToolResult other = await Run(OpenSsl, "verify", "-CAfile", "pki/ca.crt", "-purpose", otherPurpose, $"pki/{name}.crt");
        Assert.True(other.ExitCode != 0, other.ToString());
    }

    [RequiresToolTheory(OpenSsl)]
    [InlineData("ca")]
    [InlineData("server")]
    [InlineData("alice")]
    public async Task Issue_Key_BelongsToItsCertificateAndIsForItsOwnerAlone(string name)
    {
        await MakeEverything();

        ToolResult ofKey = await Succeed(OpenSsl, "pkey", "-in", $"pki/{name}.key", "-pubout");
        ToolResult ofCertificate = await Succeed(OpenSsl, "x509", "-in", $"pki/{name}.crt", "-noout", "-pubkey");
        Assert.Equal(ofCertificate.Output, ofKey.Output);
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", File.ReadAllText(_home[$"pki/{name}.key"]), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home[$"pki/{name}.key"]));
    }

    [RequiresToolFact(OpenSsl)]
    public async Task Server_SeveralHosts_AreItsAlternativeNames()
    {
        await MakeEverything();

        ToolResult names = await Succeed(OpenSsl, "x509", "-in", "pki/server.crt", "-noout", "-ext", "subjectAltName");
        Assert.Contains(
            "DNS:db.example.com, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1", names.Output, StringComparison.Ordinal);
    }

    [RequiresToolTheory(OpenSsl)]
    [InlineData("ca", "CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign")]
    [InlineData("alice", "CA:FALSE", "Digital Signature")]
    public async Task Issue_Extensions_SayWhatTheKeyMayDo(string name, string constraints, string usage)
    {
        await MakeEverything();

        ToolResult text = await Succeed(
            OpenSsl, "x509", "-in", $"pki/{name}.crt", "-noout", "-ext", "basicConstraints,keyUsage,subjectKeyIdentifier");
        string[] lines = text.Output.Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal(constraints, lines[Array.IndexOf(lines, "X509v3 Basic Constraints: critical") + 1]);
        Assert.Equal(usage, lines[Array.IndexOf(lines, "X509v3 Key Usage: critical") + 1]);
        Assert.Contains("X509v3 Subject Key Identifier:", lines);
    }

    [RequiresToolFact(OpenSsl)]
    public async Task Client_SerialNumberPrinted_IsTheOneThatOpensslPrints()
    {
        await Pki("init");
        ToolResult issued = await Pki("client", "alice");

        ToolResult printed = await Succeed(OpenSsl, "x509", "-in", "pki/alice.crt", "-noout", "-serial");
        string serialNumber = printed.Output.Trim()["serial=".Length..];
        Assert.Contains($"Serial number: {serialNumber}\n", issued.Output, StringComparison.Ordinal);
        Assert.Contains($"\"alice\": {{ \"SerialNumbers\": [\"{serialNumber}\"]", issued.Output, StringComparison.Ordinal);
    }

    [RequiresToolFact(OpenSsl)]
    public async Task Client_AsJson_GivesTheSerialNumber()
    {
        await Pki("init");
        ToolResult issued = await Pki("client", "alice", "--json");

        ToolResult printed = await Succeed(OpenSsl, "x509", "-in", "pki/alice.crt", "-noout", "-serial");
        Assert.Equal($"{{\"serialNumber\":\"{printed.Output.Trim()["serial=".Length..]}\"}}", issued.Output.Trim());
    }

    [RequiresToolFact(OpenSsl)]
    public async Task Revoke_OneClient_IsRevokedForOpensslAndTheOtherIsNot()
    {
        await MakeEverything();
        await Pki("client", "bob");
        ToolResult before = await VerifyAgainstList("alice");
        Assert.True(before.ExitCode == 0, before.ToString());

        ToolResult serial = await Succeed(OpenSsl, "x509", "-in", "pki/alice.crt", "-noout", "-serial");
        await Pki("revoke", serial.Output.Trim()["serial=".Length..]);

        ToolResult alice = await VerifyAgainstList("alice");
        ToolResult bob = await VerifyAgainstList("bob");
        Assert.Contains("certificate revoked", alice.Error, StringComparison.Ordinal);
        Assert.True(bob.ExitCode == 0, bob.ToString());
        ToolResult list = await Succeed(OpenSsl, "crl", "-in", "pki/ca.crl", "-noout", "-crlnumber", "-verify", "-CAfile", "pki/ca.crt");
        Assert.Matches("crlNumber=(0x)?0*2\n", list.Output);
        Assert.Contains("verify OK", list.Error, StringComparison.Ordinal);
    }

    private async Task MakeEverything()
    {
        await Pki("init");
        await Pki("server", "--host", "db.example.com", "127.0.0.1", "--host", "::1");
        await Pki("client", "alice");
    }

    private Task<ToolResult> VerifyAgainstList(string name) =>
        Run(OpenSsl, "verify", "-crl_check", "-CAfile", "pki/ca.crt", "-CRLfile", "pki/ca.crl", $"pki/{name}.crt");

    private Task<ToolResult> Pki(params string[] arguments) => Succeed(NodeExecutable.Path, ["pki", .. arguments]);

    private async Task<ToolResult> Succeed(string program, params string[] arguments)
    {
        ToolResult result = await Run(program, arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    private Task<ToolResult> Run(string program, params string[] arguments) =>
        Tool.RunAsync(program, arguments, workingDirectory: _home.Path);
}
