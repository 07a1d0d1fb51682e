using KestrelL4.Authentication;
using KestrelL4.Registry;
using KestrelL4.Tls;

namespace KestrelL4.Server.Explaining;

/// <summary>Tells which of a client's registered certificates would let it in, while they are in date.</summary>
/// <param name="time">The clock by which a revocation list is old.</param>
internal sealed class CertificateJudge(TimeProvider time)
{
    private const string Step = "authenticate";
    private const int Named = 3;

    /// <summary>The step of a client, by all certificates that it has; one that lets it in is enough.</summary>
    public ExplainedStep Judge(ClientTrust trust, Client? client, string name)
    {
        if (client is null)
        {
            return ExplainedStep.Refuse(Step, CloseReason.UnknownClient, $"no client '{name}' is registered");
        }

        List<(CertificateId Id, CloseReason? Refusal)> judged =
            [.. trust.Registry.CertificatesOf(client).Select(id => (id, RefusalOf(trust, id)))];
        string[] good = [.. judged.Where(static each => each.Refusal is null).Select(static each => each.Id.ToString()).Order()];
        string[] bad = [.. judged.Where(static each => each.Refusal is not null).Select(static each => $"{each.Id} ({each.Refusal!.Value.Word()})").Order()];
        string refused = bad.Length == 0 ? "" : $"refused: {List(bad)}";
        return good.Length > 0
            ? ExplainedStep.Pass(Step, $"by certificate {List(good)}, while in date{(refused.Length == 0 ? "" : $"; {refused}")}")
            : ExplainedStep.Refuse(Step, judged[0].Refusal, refused);
    }

    private static string List(string[] texts) =>
        string.Join(", ", texts.Take(Named)) + (texts.Length > Named ? $" and {texts.Length - Named} more" : "");

    private CloseReason? RefusalOf(ClientTrust trust, CertificateId id)
    {
        ClientAuthority? authority = trust.Authorities.FirstOrDefault(
            authority => string.Equals(authority.Name, id.Authority, StringComparison.OrdinalIgnoreCase));
        if (authority is null)
        {
            return CloseReason.UnknownClient;
        }

        ClientCertificate certificate = new(authority, id, DateTimeOffset.MaxValue);
        return !Authenticator.TryAuthenticate(trust, certificate, out _, out CloseReason refusal) ? refusal
            : Authenticator.JudgeAge(trust, certificate, time.GetUtcNow());
    }
}
