/* Who else may change a file or folder, by its access list. [control]
 *
 * The user, administrators and the system may: they could replace this very program. */
#include "trust_win32.h"

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>
#include <stdlib.h>

/* Windows installs its own files as this one. */
static const wchar_t installer[] =
    L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

enum {
    /* Of a file, or of a folder in which a library may be put. */
    CHANGES =
        FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER,
    /* Of a folder above it: what is there can be replaced by who may delete it. */
    REPLACES = FILE_DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER
};

/* The user of this process, in memory to be freed; NULL: not known. */
static TOKEN_USER *
own_user(void)
{
    HANDLE token;
    DWORD size = 0;
    TOKEN_USER *user = NULL;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    GetTokenInformation(token, TokenUser, NULL, 0, &size);
    user = size > 0 ? malloc(size) : NULL;
    if (user != NULL && !GetTokenInformation(token, TokenUser, user, size, &size)) {
        free(user);
        user = NULL;
    }
    CloseHandle(token);
    return user;
}

static bool
is_installer(PSID who)
{
    PSID wanted = NULL;
    if (!ConvertStringSidToSidW(installer, &wanted))
        return false;
    bool is = EqualSid(who, wanted);
    LocalFree(wanted);
    return is;
}

static bool
is_trusted(PSID who, const TOKEN_USER *self)
{
    return IsWellKnownSid(who, WinLocalSystemSid) ||
           IsWellKnownSid(who, WinBuiltinAdministratorsSid) ||
           (self != NULL && EqualSid(who, self->User.Sid)) || is_installer(who);
}

/* Whether the list lets somebody else do any of `rights`. Without a list everybody may do all. */
static bool
lets_others(PACL list, DWORD rights, const TOKEN_USER *self)
{
    if (list == NULL)
        return true;
    for (DWORD i = 0; i < list->AceCount; i++) {
        void *entry;
        if (!GetAce(list, i, &entry))
            return true;
        const ACE_HEADER *header = entry;
        if (header->AceFlags & INHERIT_ONLY_ACE || header->AceType != ACCESS_ALLOWED_ACE_TYPE)
            continue;
        ACCESS_ALLOWED_ACE *allowed = entry;
        if (allowed->Mask & (rights | GENERIC_ALL | GENERIC_WRITE) &&
            !is_trusted(&allowed->SidStart, self))
            return true;
    }
    return false;
}

gph_trust
gph_trust_of(const wchar_t *path, bool is_parent)
{
    PSID owner = NULL;
    PACL list = NULL;
    PSECURITY_DESCRIPTOR about = NULL;
    wchar_t *name = wcsdup(path);
    DWORD error =
        name == NULL ? ERROR_NOT_ENOUGH_MEMORY
                     : GetNamedSecurityInfoW(name, SE_FILE_OBJECT,
                                             OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                             &owner, NULL, &list, NULL, &about);
    free(name);
    if (error != ERROR_SUCCESS) {
        SetLastError(error);
        return GPH_TRUST_UNKNOWN;
    }
    TOKEN_USER *self = own_user();
    gph_trust trust = GPH_TRUST_GOOD;
    if (owner == NULL || !is_trusted(owner, self))
        trust = GPH_TRUST_OWNER;
    else if (lets_others(list, is_parent ? REPLACES : CHANGES, self))
        trust = GPH_TRUST_WRITERS;
    free(self);
    LocalFree(about);
    return trust;
}
