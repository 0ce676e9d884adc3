"""Fields about a person that several doors ask for."""

from typing import Any

from wtforms import ValidationError

from app.core import clock
from app.core.forms import PartialDateField
from app.patients.rules import ImpossibleBirth, check_birth_date


class BirthDateField(PartialDateField):
    """A date on which somebody alive may have been born, as far as it is known."""

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        try:
            check_birth_date(self.data, clock.paris(clock.now()).date())
        except ImpossibleBirth as why:
            raise ValidationError(str(why)) from None
