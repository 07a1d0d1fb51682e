using KestrelL4.Protocol;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>A node joins, renews and is revoked, driven by openssl and curl as an operator would.</summary>
public sealed class AuthorityEnrolmentTests : IAsyncLifetime
{
    private const string OpenSsl = "openssl";
    private const string Curl = "curl";

    private RunningAuthority _authority = null!;

    public async Task InitializeAsync() => _authority = await RunningAuthority.StartAsync();

    public async Task DisposeAsync() => await _authority.DisposeAsync();

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Pin_Printed_IsTheHashOfTheRootsKeyAsOpensslComputesIt()
    {
        string key = await _authority.ToolAsync(OpenSsl, "x509", "-in", "ca/ca.crt", "-noout", "-pubkey");
        File.WriteAllText(_authority["ca.pub"], key);
        await _authority.ToolAsync(OpenSsl, "pkey", "-pubin", "-in", "ca.pub", "-outform", "DER", "-out", "ca.der");
        string hash = await _authority.ToolAsync(OpenSsl, "dgst", "-sha256", "-r", "ca.der");

        Assert.Equal(hash.Split(' ')[0], await _authority.DoAsync("pin"));
        await _authority.ToolAsync(Curl, "--silent", "--insecure", _authority.Url + "/v1/ca", "-o", "fetched.crt");
        Assert.Equal(File.ReadAllText(_authority["ca/ca.crt"]), File.ReadAllText(_authority["fetched.crt"]));
    }

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Join_ByToken_GivesTheNodeItsOwnNameAndNotTheOneAskedFor()
    {
        await _authority.JoinAsync("edge-1");

        Assert.Contains("CN = edge-1", await _authority.ToolAsync(OpenSsl, "x509", "-in", "edge-1.crt", "-noout", "-subject"), StringComparison.Ordinal);
        await _authority.ToolAsync(OpenSsl, "verify", "-x509_strict", "-CAfile", "ca/ca.crt", "-untrusted", "edge-1.crt", "-purpose", "sslserver", "edge-1.crt");
        await _authority.ToolAsync(OpenSsl, "verify", "-x509_strict", "-CAfile", "ca/ca.crt", "-untrusted", "edge-1.crt", "-purpose", "sslclient", "edge-1.crt");
        Assert.Contains("\"node\":\"edge-1\"", await AsNodeAsync("/v1/ping"), StringComparison.Ordinal);
    }

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Renew_ByCertificate_GivesAnotherCertificateForTheSameName()
    {
        await _authority.JoinAsync("edge-1");

        File.WriteAllText(_authority["renewed.crt"], await AsNodeAsync("/v1/identity", "--data-binary", "@edge-1.csr"));

        Assert.NotEqual(File.ReadAllText(_authority["edge-1.crt"]), File.ReadAllText(_authority["renewed.crt"]));
        Assert.Contains("CN = edge-1", await _authority.ToolAsync(OpenSsl, "x509", "-in", "renewed.crt", "-noout", "-subject"), StringComparison.Ordinal);
    }

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Revoke_Node_IsRefusedEverywhereAndToldWhy()
    {
        await _authority.JoinAsync("edge-1");
        await _authority.DoAsync("node", "revoke", "edge-1");

        foreach (string route in (string[])["/v1/ping", "/v1/registry", "/v1/registry/events"])
        {
            Assert.Contains(RefusalReason.NodeRevoked, await AsNodeAsync(route), StringComparison.Ordinal);
        }

        Assert.Contains(RefusalReason.NodeRevoked, await AsNodeAsync("/v1/identity", "--data-binary", "@edge-1.csr"), StringComparison.Ordinal);
        Assert.Contains("revoked", await _authority.DoAsync("node", "list"), StringComparison.Ordinal);
    }

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Join_GuessingTokens_IsLimitedAndNoTokenIsLogged()
    {
        string token = await _authority.DoAsync("token", "create", "edge-2", "--host", "localhost");
        await _authority.JoinAsync("edge-1");
        using HttpClient http = _authority.Connect(null);
        List<int> answers = [];
        for (int i = 0; i < 35; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "/v1/identity");
            request.Content = new StringContent(File.ReadAllText(_authority["edge-1.csr"]));
            request.Headers.Add("Authorization", $"Bearer {i}{token}");
            using HttpResponseMessage response = await http.SendAsync(request);
            answers.Add((int)response.StatusCode);
            Assert.True(answers[^1] != 429 || response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        Assert.Equal(30, answers.TakeWhile(static answer => answer == 401).Count());
        Assert.All(answers.Skip(30), static answer => Assert.Equal(429, answer));

        // Whoever holds a token is not held up by those behind the same address who guess.
        Assert.Contains(
            "BEGIN CERTIFICATE",
            await _authority.CurlAsync("/v1/identity", "-H", $"Authorization: Bearer {token}", "--data-binary", "@edge-1.csr"),
            StringComparison.Ordinal);
        Assert.Contains("BEGIN CERTIFICATE", await AsNodeAsync("/v1/identity", "--data-binary", "@edge-1.csr"), StringComparison.Ordinal);
        Assert.DoesNotContain(token, _authority.Process.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(token, File.ReadAllText(_authority["ca/audit.log"]), StringComparison.OrdinalIgnoreCase);
    }

    private Task<string> AsNodeAsync(string route, params string[] arguments) =>
        _authority.CurlAsync(route, ["--cert", "edge-1.crt", "--key", "edge-1.key", "--max-time", "25", .. arguments]);
}
