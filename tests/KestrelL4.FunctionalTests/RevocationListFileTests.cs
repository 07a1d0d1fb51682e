using System.Net;

namespace KestrelL4.FunctionalTests;

/// <summary>Revocation lists as <c>kestrell4 pki</c> and openssl write them, read by <c>check</c>.</summary>
public sealed class RevocationListFileTests : IDisposable
{
    private const string OpenSsl = "openssl";

    private const string OpenSslAuthority = """
        [ca]
        default_ca = own
        [own]
        database = index.txt
        certificate = ca.crt
        private_key = ca.key
        default_md = sha256
        default_crl_days = 1

        """;

    private readonly NodeSetup _setup = new NodeSetup().Application("echo", new IPEndPoint(IPAddress.Loopback, 9));

    public void Dispose() => _setup.Directory.Dispose();

    [Fact]
    public async Task Check_ListOfPki_FindsNothingBeforeAndAfterARevocation()
    {
        await Succeed(NodeExecutable.Path, "pki", "init");
        UseAuthority("pki/ca.crt", "pki/ca.crl");

        await AssertNoFinding();
        await Succeed(NodeExecutable.Path, "pki", "revoke", "5F:3A:01");
        await AssertNoFinding();
    }

    [Fact]
    public async Task Check_ListOfAnotherCaOfPki_SaysSo()
    {
        await Succeed(NodeExecutable.Path, "pki", "init");
        await Succeed(NodeExecutable.Path, "pki", "init", "--directory", "other");
        UseAuthority("pki/ca.crt", "other/ca.crl");

        ToolResult result = await Check();

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains("KestrelL4:ClientAuthorities:main:RevocationList", result.Output + result.Error, StringComparison.Ordinal);
        Assert.Contains("other/ca.crl' is ", result.Output + result.Error, StringComparison.Ordinal);
    }

    // Without a number openssl writes version 1, and -text puts a description before the list.
    [RequiresToolTheory(OpenSsl)]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-256", "")]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-384", "-md sha384")]
    [InlineData("rsa:2048", "")]
    [InlineData("rsa:2048", "-md sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest")]
    public async Task Check_ListOfOpenssl_FindsNothing(string key, string signing)
    {
        foreach (string number in (string[])["", "crlnumber = number.txt\n"])
        {
            await MakeWithOpenSsl(key, signing, OpenSslAuthority + number);
            UseAuthority("ca.crt", "text.crl");

            await AssertNoFinding();
            Assert.Contains("Serial Number: 5F3A01", await File.ReadAllTextAsync(_setup.Directory["text.crl"]), StringComparison.Ordinal);
        }
    }

    private async Task MakeWithOpenSsl(string key, string signing, string configuration)
    {
        _setup.Directory.Write("ca.cnf", configuration);
        _setup.Directory.Write("index.txt", "R\t300101000000Z\t260101000000Z,keyCompromise\t5F3A01\tunknown\t/CN=alice\n");
        _setup.Directory.Write("number.txt", "0A\n");
        await Succeed(OpenSsl, ["req", "-x509", "-newkey", .. key.Split(' '), "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=ca"]);
        string[] options = signing.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await Succeed(OpenSsl, ["ca", "-gencrl", "-config", "ca.cnf", "-out", "ca.crl", .. options]);
        await Succeed(OpenSsl, "crl", "-in", "ca.crl", "-text", "-out", "text.crl");
    }

    private void UseAuthority(string certificate, string list)
    {
        _setup.Set("ClientAuthorities:main:Certificate", certificate).Set("ClientAuthorities:main:RevocationList", list).Write();
    }

    private async Task AssertNoFinding()
    {
        ToolResult result = await Check();
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private Task<ToolResult> Check() => NodeExecutable.RunAsync(_setup.Directory.Path, "check", "--config", _setup.ConfigurationFile);

    private async Task Succeed(string program, params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync(program, arguments, workingDirectory: _setup.Directory.Path);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
