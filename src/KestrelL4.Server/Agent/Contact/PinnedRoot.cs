using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>The authority's root where it is known by its pin; once found it is kept for the process, for the pin holds for ever.</summary>
/// <param name="pin">The pin.</param>
internal sealed class PinnedRoot(CaPin pin)
{
    private volatile X509Certificate2? _root;

    /// <summary>The root; null = it has not been found yet. Setting another certificate than the pinned one changes nothing.</summary>
    public X509Certificate2? Certificate
    {
        get => _root;
        set => _root = value is not null && pin.Equals(CaPin.Of(value)) ? value : _root;
    }

    /// <summary>Takes what an authority gives as its root, if it is the pinned one, and if it has certified who gave it.</summary>
    /// <param name="text">PEM.</param>
    /// <param name="giver">Who gave it.</param>
    /// <param name="time">The clock of dates.</param>
    /// <exception cref="ContactException">It is another.</exception>
    public X509Certificate2 Take(string text, ServerAtFirstSight giver, TimeProvider time)
    {
        X509Certificate2 root = RootFile.Parse(text, out string problem)
            ?? throw new ContactException(ContactFault.Misconfigured, $"is no authority: what it gives as its root {problem}");
        CaPin given = CaPin.Of(root);
        if (!pin.Equals(given))
        {
            throw new ContactException(
                ContactFault.Misconfigured, $"has a root with the pin {given}, and CaPin is {pin}: it is another authority, or CaPin is not what 'authority pin' prints there");
        }

        if (giver.ProblemUnder(new ServerTrust(root, time)) is { } stranger)
        {
            throw new ContactException(ContactFault.Misconfigured, stranger);
        }

        Certificate = root;
        return root;
    }
}
